// worker.tsx -- one machine of an address: how fast, which shares were refused and why, what helps.
import { useState } from 'preact/hooks'
import type { WorkerDetail } from '../api'
import { count, dateTime, difficulty, hashrate, percent, shorten } from '../format'
import { t } from '../i18n'
import type { Key } from '../i18n'
import { Ago, Card, Rate, Stat } from '../parts/bits'
import { Plot } from '../parts/plot'
import { RangePicker, timesOf, useAnswer, useSeries } from '../parts/series'
import type { Range } from '../parts/series'
import { Table } from '../parts/tables'

const AGAIN_MS = 15_000
const MANY = 0.02 // of the shares refused: worth a hint
const FEW = 40 // shares a day: the numbers jump

function Numbers({ worker: w }: { worker: WorkerDetail }) {
  return (
    <div class="stats">
      <Stat label={t('account.hashrate')} foot={t('avg.now')}>
        <Rate value={w.hashrate.now} />
      </Stat>
      <Stat label={t('account.hashrate')} foot={`${t('avg.h24')}, ${t('avg.h1')}: ${hashrate(w.hashrate.h1)}`}>
        <Rate value={w.hashrate.h24} />
      </Stat>
      <Stat label={t('account.last_share')} foot={`${t('worker.since')} ${dateTime(w.created_ms)}`}>
        {w.last_share_ms ? <Ago ms={w.last_share_ms} /> : '–'}
      </Stat>
      <Stat label={t('worker.difficulty')} foot={t('worker.difficulty.help')}>
        {w.difficulty === null ? '–' : difficulty(String(w.difficulty))}
      </Stat>
    </div>
  )
}

function hintsFor(w: WorkerDetail, all: number): Key[] {
  const many = (...reasons: string[]) =>
    w.rejects_h24.filter((r) => reasons.includes(r.reason)).reduce((sum, r) => sum + r.shares, 0) > all * MANY
  return [
    ...(many('stale', 'unknown_job') ? (['hint.stale'] as const) : []),
    ...(many('low_difficulty') ? (['hint.low_difficulty'] as const) : []),
    ...(many('duplicate') ? (['hint.duplicate'] as const) : []),
    ...(w.online && w.shares_h24 < FEW && w.hashrate.h24 > 0 ? (['hint.slow'] as const) : []),
  ]
}

function Shares({ worker: w }: { worker: WorkerDetail }) {
  const refused = w.rejects_h24.reduce((sum, r) => sum + r.shares, 0)
  const all = w.shares_h24 + refused
  const hints = hintsFor(w, all)
  return (
    <>
      <Card class="list" title={t('worker.refused')}>
        <p>
          {t('worker.accepted')}: <b>{count(w.shares_h24)}</b>
        </p>
        {refused === 0 ? (
          <p class="empty">{t('worker.refused.none')}</p>
        ) : (
          <Table
            caption={t('worker.refused')}
            rows={w.rejects_h24}
            id={(r) => r.reason}
            columns={[
              { label: t('worker.reason'), cell: (r) => t(`reject.${r.reason}` as Key) },
              { label: t('worker.shares'), right: true, cell: (r) => count(r.shares) },
              { label: t('worker.part'), right: true, cell: (r) => percent(r.shares / all) },
            ]}
          />
        )}
      </Card>
      {hints.length > 0 && (
        <Card title={t('worker.hint')}>
          <ul class="hints">
            {hints.map((key) => (
              <li key={key}>{t(key)}</li>
            ))}
          </ul>
        </Card>
      )}
    </>
  )
}

export function Worker({ address, name }: { address: string; name: string }) {
  const at = `accounts/${encodeURIComponent(address)}/workers/${encodeURIComponent(name)}`
  const [range, setRange] = useState<Range>('24h')
  const worker = useAnswer<WorkerDetail>(at, AGAIN_MS)
  const series = useSeries(at + '/series', range)
  return (
    <>
      <div class="list-head">
        <h1>
          {t('worker.title', { name: name || t('worker.nameless') })}{' '}
          {worker && <span class={worker.online ? 'dot on' : 'dot'}>{t(worker.online ? 'account.online' : 'account.idle')}</span>}
        </h1>
      </div>
      <p>
        <a href={'/a/' + encodeURIComponent(address)}>{t('worker.back')}</a> <span class="soft">{shorten(address)}</span>
      </p>
      {worker === null && <Card>{t('worker.unknown')}</Card>}
      {worker && (
        <>
          <Numbers worker={worker} />
          <RangePicker value={range} onPick={setRange} />
          {series && (
            <Plot
              title={t('account.hashrate')}
              times={timesOf(series)}
              lines={[{ label: t('account.hashrate'), color: '--accent', values: series.values }]}
              format={hashrate}
            />
          )}
          <Shares worker={worker} />
        </>
      )}
    </>
  )
}
