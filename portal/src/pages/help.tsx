// help.tsx -- what miners ask, and the answers.
import type { ComponentChildren } from 'preact'
import type { Rules } from '../api'
import { duration } from '../format'
import { t } from '../i18n'
import type { Key } from '../i18n'
import { Card } from '../parts/bits'
import { useAnswer } from '../parts/series'
import { pool } from '../state'

const AGAIN_MS = 3_600_000

type Topic = 'start' | 'account' | 'address' | 'paid' | 'differ' | 'zero' | 'refused' | 'difficulty' | 'luck' | 'trust' | 'lost' | 'privacy' | 'more'
const topics: [Topic, { to: string; key: Key }[]][] = [
  ['start', [{ to: '/start', key: 'nav.start' }]],
  ['account', []],
  ['address', [{ to: '/start', key: 'nav.start' }]],
  ['paid', [{ to: '/rules', key: 'nav.rules' }]],
  ['differ', []],
  ['zero', [{ to: '/start', key: 'nav.start' }]],
  ['refused', []],
  ['difficulty', []],
  ['luck', [{ to: '/pool', key: 'nav.stats' }]],
  ['trust', [{ to: '/blocks', key: 'nav.blocks' }]],
  ['lost', []],
  ['privacy', []],
  ['more', [{ to: '/status', key: 'nav.status' }, { to: '/news', key: 'nav.news' }]],
]

function Answer({ topic, children }: { topic: Topic; children: ComponentChildren }) {
  return (
    <details class="answer-to" id={topic}>
      <summary>
        <h2>{t(`help.${topic}`)}</h2>
      </summary>
      {children}
    </details>
  )
}

export function Help() {
  const rules = useAnswer<Rules>('rules', AGAIN_MS)
  const coin = pool.value?.coin.title ?? ''
  const values = {
    coin,
    n: rules?.maturity ?? pool.value?.coin.maturity ?? 100,
    time: duration(rules?.ports[0]?.share_interval_s ?? 15),
  }
  return (
    <Card>
      <h1>{t('help.title')}</h1>
      {topics.map(([topic, links]) => (
        <Answer key={topic} topic={topic}>
          <p>{t(`help.${topic}.text`, values)}</p>
          {links.length > 0 && (
            <p class="links">
              {links.map(({ to, key }) => (
                <a href={to}>{t(key)}</a>
              ))}
            </p>
          )}
        </Answer>
      ))}
    </Card>
  )
}
