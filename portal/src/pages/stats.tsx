// stats.tsx -- the pool, its network and its miners in numbers and charts.
import { useState } from 'preact/hooks'
import type { Luck, Miner as Row, Page, Pool, Series } from '../api'
import { get } from '../api'
import { count, difficulty, duration, hashrate, percent } from '../format'
import { t } from '../i18n'
import type { Key } from '../i18n'
import { Ago, Bar, Card, Effort, Miner, More, Rate, Stat } from '../parts/bits'
import { Plot } from '../parts/plot'
import type { Line } from '../parts/plot'
import { RangePicker, timesOf, useAnswer, useSeries } from '../parts/series'
import type { Range } from '../parts/series'
import { Table } from '../parts/tables'
import { path } from '../router'
import { pool } from '../state'

const LARGE_PART = 0.4

function Tabs() {
  const tabs: [string, Key][] = [
    ['/pool', 'nav.pool'],
    ['/network', 'nav.network'],
    ['/miners', 'nav.miners'],
  ]
  return (
    <nav class="tabs" aria-label={t('stats.pages')}>
      {tabs.map(([to, key]) => (
        <a href={to} aria-current={path.value === to ? 'page' : undefined}>
          {t(key)}
        </a>
      ))}
    </nav>
  )
}

/** One or two series over the same time as a chart; nothing while they are not there. */
function Chart(props: {
  title: string
  format: (value: number) => string
  series: { label: string; color: Line['color']; data: Series | null | undefined }[]
}) {
  const [first] = props.series
  if (!first?.data) return <Card class="plot-box-wait">{first?.data === null ? t('stats.empty') : '…'}</Card>
  const lines = props.series.flatMap((s) => (s.data ? [{ label: s.label, color: s.color, values: s.data.values }] : []))
  return <Plot title={props.title} times={timesOf(first.data)} lines={lines} format={props.format} />
}

function LuckTable({ luck }: { luck: Luck }) {
  return (
    <Table
      caption={t('stats.luck')}
      rows={luck.windows}
      id={(w) => String(w.blocks)}
      columns={[
        { label: t('stats.luck.window'), cell: (w) => count(w.blocks) },
        { label: t('stats.luck.mean'), right: true, cell: (w) => <Effort value={w.effort} /> },
        { label: t('stats.luck.orphans'), right: true, cell: (w) => count(w.orphans) },
      ]}
    />
  )
}

function LuckParts() {
  const luck = useAnswer<Luck>('luck')
  if (!luck) return null
  if (!luck.rounds.length) return <Card title={t('stats.luck')}>{t('stats.luck.none')}</Card>
  return (
    <>
      <Plot
        title={t('stats.luck')}
        help={t('stats.luck.help')}
        times={luck.rounds.map((round) => round.found_ms / 1000)}
        names={luck.rounds.map((round) => count(round.height))}
        lines={[{ label: t('round.effort'), color: '--accent', values: luck.rounds.map((round) => round.effort) }]}
        format={percent}
        barsAt={1}
      />
      <Card class="list">
        <LuckTable luck={luck} />
      </Card>
    </>
  )
}

function PoolNumbers({ pool: p }: { pool: Pool }) {
  return (
    <div class="stats">
      <Stat label={t('pool.hashrate')} foot={t('avg.now')}>
        <Rate value={p.hashrate.now} />
      </Stat>
      <Stat label={t('pool.hashrate')} foot={t('avg.h24')}>
        <Rate value={p.hashrate.h24} />
      </Stat>
      <Stat label={t('online')}>
        <span class="pair">
          {count(p.miners)} <small>{t('miners')}</small>
        </span>{' '}
        <span class="pair">
          {count(p.workers)} <small>{t('workers')}</small>
        </span>
      </Stat>
      <Stat
        label={t('round.effort')}
        foot={p.round.expected_s !== null && t('round.expected', { time: duration(p.round.expected_s) })}
      >
        <Effort value={p.round.effort} />
      </Stat>
    </div>
  )
}

export function PoolStats() {
  const [range, setRange] = useState<Range>('24h')
  const rate = useSeries('series/hashrate', range)
  const miners = useSeries('series/miners', range)
  const workers = useSeries('series/workers', range)
  const p = pool.value
  return (
    <>
      <Tabs />
      <h1>{t('stats.pool.title')}</h1>
      {p && <PoolNumbers pool={p} />}
      <RangePicker value={range} onPick={setRange} />
      <Chart
        title={t('stats.hashrate')}
        format={hashrate}
        series={[{ label: t('stats.hashrate'), color: '--accent', data: rate }]}
      />
      <Chart
        title={t('stats.people')}
        format={count}
        series={[
          { label: t('workers'), color: '--accent', data: workers },
          { label: t('miners'), color: '--good', data: miners },
        ]}
      />
      <LuckParts />
    </>
  )
}

function NetworkNumbers({ pool: p }: { pool: Pool }) {
  if (!p.network) return <Card>{t('stats.network.none')}</Card>
  const part = p.network.hashrate > 0 ? p.hashrate.now / p.network.hashrate : 0
  return (
    <>
      <div class="stats">
        <Stat label={t('network.hashrate')}>
          <Rate value={p.network.hashrate} />
        </Stat>
        <Stat label={t('network.difficulty')}>{difficulty(p.network.difficulty)}</Stat>
        <Stat label={t('network.height')}>{count(p.network.height)}</Stat>
        <Stat label={t('stats.network.share')} foot={<Bar ratio={part} label={t('stats.network.share')} />}>
          {percent(part)}
        </Stat>
      </div>
      {part > LARGE_PART && p.coin.network === 'main' && <p class="notice">{t('stats.network.large')}</p>}
    </>
  )
}

export function Network() {
  const [range, setRange] = useState<Range>('24h')
  const network = useSeries('series/network', range)
  const ours = useSeries('series/hashrate', range)
  const hard = useSeries('series/difficulty', range)
  return (
    <>
      <Tabs />
      <h1>{t('stats.network.title')}</h1>
      {pool.value && <NetworkNumbers pool={pool.value} />}
      <RangePicker value={range} onPick={setRange} />
      <Chart
        title={t('stats.network.rate')}
        format={hashrate}
        series={[
          { label: t('network.hashrate'), color: '--accent', data: network },
          { label: t('pool.hashrate'), color: '--good', data: ours },
        ]}
      />
      <Chart
        title={t('network.difficulty')}
        format={(value) => difficulty(String(value))}
        series={[{ label: t('network.difficulty'), color: '--accent', data: hard }]}
      />
    </>
  )
}

function MinerTable({ rows }: { rows: Row[] }) {
  return (
    <Table
      caption={t('stats.miners.title')}
      rows={rows}
      id={(m) => m.address}
      columns={[
        { label: t('stats.miners.rank'), cell: (m) => count(m.rank) },
        { label: t('account.title'), cell: (m) => <Miner address={m.address} /> },
        { label: t('workers'), right: true, cell: (m) => count(m.workers) },
        { label: t('avg.h1'), right: true, cell: (m) => <Rate value={m.hashrate} /> },
        {
          label: t('stats.miners.part'),
          right: true,
          cell: (m) => (
            <span class="maturing">
              {percent(m.part)}
              <Bar ratio={m.part} label={t('stats.miners.part')} />
            </span>
          ),
        },
        { label: t('account.last_share'), cell: (m) => <Ago ms={m.last_share_ms} /> },
      ]}
    />
  )
}

export function Miners() {
  const first = useAnswer<Page<Row>>('miners')
  const [more, setMore] = useState<Page<Row> | null>(null)
  const rows = [...(first?.items ?? []), ...(more?.items ?? [])]
  const next = (more ?? first)?.next
  const load = async () => {
    const page = await get<Page<Row>>('miners?before=' + next)
    setMore({ items: [...(more?.items ?? []), ...page.items], next: page.next })
  }
  return (
    <>
      <Tabs />
      <Card class="list">
        <h1>{t('stats.miners.title')}</h1>
        {first && rows.length === 0 && <p class="empty">{t('stats.miners.none')}</p>}
        {rows.length > 0 && <MinerTable rows={rows} />}
        <More next={next} load={load} />
      </Card>
    </>
  )
}
