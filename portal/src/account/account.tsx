// account.tsx -- what somebody who is signed in sees: his pages, and the way between them.
import './account.css'
import { useEffect, useState } from 'preact/hooks'
import { Card } from '../parts/bits'
import { go, path, replace } from '../router'
import { Access } from './access'
import { ask, loadMe, me } from './me'
import { Overview } from './overview'
import { Security } from './security'
import { w } from './words'
import { Workers } from './workers'

const pages = { overview: Overview, workers: Workers, security: Security, access: Access }
type Page = keyof typeof pages

const pageOf = (at: string): Page => {
  const name = at.split('/')[2] ?? ''
  return name in pages ? (name as Page) : 'overview'
}

function Tabs({ now }: { now: Page }) {
  const leave = async () => {
    await ask('POST', 'auth/logout').catch(() => undefined)
    me.value = null
    go('/login')
  }
  return (
    <nav class="tabs" aria-label={w('me.tabs')}>
      {(Object.keys(pages) as Page[]).map((name) => (
        <a
          key={name}
          href={name === 'overview' ? '/account' : '/account/' + name}
          aria-current={name === now ? 'page' : undefined}
        >
          {w(`me.tab.${name}`)}
        </a>
      ))}
      <button class="plain" onClick={leave}>
        {w('me.logout')}
      </button>
    </nav>
  )
}

export function Account() {
  const [error, setError] = useState('')
  const now = pageOf(path.value)
  const Now = pages[now]
  useEffect(() => {
    if (!me.value) loadMe().catch((reason) => setError(reason.message))
  }, [])
  useEffect(() => {
    if (me.value === null) replace('/login')
  }, [me.value])
  if (error) return <Card title={w('me.title')}>{error}</Card>
  if (!me.value) return <p class="empty">…</p>
  return (
    <>
      <h1>{w('me.title')}</h1>
      <Tabs now={now} />
      <Now />
    </>
  )
}
