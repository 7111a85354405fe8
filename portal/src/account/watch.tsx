// watch.tsx -- a watcher's link: the addresses of somebody, to look at.
import './account.css'
import { useState } from 'preact/hooks'
import { shorten } from '../format'
import { Card } from '../parts/bits'
import { useLoaded } from './load'
import { w } from './words'

export function Watch() {
  const [code] = useState(() => location.hash.slice(1))
  const [data, , error] = useLoaded<{ name: string; addresses: string[] }>('auth/watch/' + encodeURIComponent(code || '-'))
  if (error) return <Card title={w('me.watch')}>{w('me.watch.unknown')}</Card>
  if (!data) return <p class="empty">…</p>
  return (
    <Card title={data.name}>
      <ul>
        {data.addresses.map((address) => (
          <li key={address}>
            <a href={'/a/' + encodeURIComponent(address)} title={address}>
              {shorten(address, 12, 8)}
            </a>
          </li>
        ))}
      </ul>
    </Card>
  )
}
