// first-share.tsx -- waits with a new miner until the pool has accepted a share, and helps when none comes.
import { useEffect, useState } from 'preact/hooks'
import { ApiError } from '../api'
import { duration } from '../format'
import { t } from '../i18n'
import type { Key } from '../i18n'
import { account, follow, now } from '../state'
import { Card } from './bits'

const HINTS_AFTER_S = 60
const hints: Key[] = ['start.hint.running', 'start.hint.port', 'start.hint.slow', 'start.hint.firewall']

/** The time of the newest share of this worker, or of any when no name was given; 0: none. */
function lastShare(worker: string): number {
  const data = account.value
  if (!data || data instanceof ApiError) return 0
  if (!worker) return data.last_share_ms
  return data.workers.find((one) => one.name === worker)?.last_share_ms ?? 0
}

export function FirstShare({ address, worker }: { address: string; worker: string }) {
  const [since, setSince] = useState(now.value)
  useEffect(() => {
    setSince(now.value)
    follow(address)
    return () => follow(null)
  }, [address, worker])

  const waited = Math.max(0, (now.value - since) / 1000)
  const isThere = lastShare(worker) >= since
  return (
    <Card title={t('start.wait.title')} class={'first-share ' + (isThere ? 'done' : '')}>
      <p role="status">
        <span class={isThere ? 'dot on' : 'dot pulse'}>{t(isThere ? 'start.wait.done' : 'start.wait.text')}</span>
      </p>
      {isThere ? (
        <p>
          <a href={'/a/' + address}>{t('start.wait.open')}</a>
        </p>
      ) : (
        <>
          <p class="soft">{t('start.wait.since', { time: duration(waited) })}</p>
          {waited > HINTS_AFTER_S && (
            <ul class="hints">
              {hints.map((key) => (
                <li key={key}>{t(key)}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </Card>
  )
}
