// home.tsx -- the first page: how the pool does, how to join it, what it found and paid.
import type { Pool } from '../api'
import { count, difficulty, duration, percent } from '../format'
import { t } from '../i18n'
import { Ago, Away, Bar, Card, Effort, Rate, Stat } from '../parts/bits'
import { Chart } from '../parts/chart'
import { Connect, Terms } from '../parts/connect'
import { Search } from '../parts/search'
import { BlockTable, PaymentTable } from '../parts/tables'
import { blocks, chart, payments, pool } from '../state'

function Hero({ pool: p }: { pool: Pool }) {
  const share = p.network && p.network.hashrate > 0 ? p.hashrate.now / p.network.hashrate : null
  return (
    <Card class="hero">
      <div class="hero-numbers">
        <h1>{t('pool.title', { coin: p.coin.title })}</h1>
        <div class="stat-label">{t('pool.hashrate')}</div>
        <div class="hero-value">
          <Rate value={p.hashrate.now} />
        </div>
        {share !== null && <div class="stat-foot">{t('pool.share', { share: percent(share) })}</div>}
        <dl class="averages">
          <dt>{t('avg.h1')}</dt>
          <dd>
            <Rate value={p.hashrate.h1} />
          </dd>
          <dt>{t('avg.h24')}</dt>
          <dd>
            <Rate value={p.hashrate.h24} />
          </dd>
        </dl>
      </div>
      <Chart data={chart.value} />
    </Card>
  )
}

function Stats({ pool: p }: { pool: Pool }) {
  const { network, round, last_block } = p
  return (
    <div class="stats">
      <Stat
        label={t('network.hashrate')}
        foot={
          network && (
            <>
              <span class="whole">
                {t('network.difficulty')} {difficulty(network.difficulty)}
              </span>
              <span class="whole">
                {t('network.height')} {count(network.height)}
              </span>
            </>
          )
        }
      >
        {network ? <Rate value={network.hashrate} /> : '–'}
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
        title={t('round.help')}
        foot={round.effort !== null && <Bar ratio={round.effort} label={t('round.effort')} />}
      >
        <Effort value={round.effort} />
      </Stat>
      <Stat
        label={t('last_block')}
        foot={round.expected_s !== null && t('round.expected', { time: duration(round.expected_s) })}
      >
        {last_block ? <Ago ms={last_block.found_ms} /> : t('last_block.none')}
      </Stat>
    </div>
  )
}

export function Home() {
  const p = pool.value
  if (!p) return <Away />
  return (
    <>
      <Hero pool={p} />
      <Stats pool={p} />
      <div class="columns">
        <Connect pool={p} />
        <div class="stack">
          <Search />
          <Terms pool={p} />
        </div>
      </div>
      <Card class="list">
        <div class="list-head">
          <h2>{t('blocks.latest')}</h2>
          <a href="/blocks">{t('all')}</a>
        </div>
        <BlockTable rows={blocks.value?.items.slice(0, 8) ?? []} />
      </Card>
      <Card class="list">
        <div class="list-head">
          <h2>{t('payments.latest')}</h2>
          <a href="/payments">{t('all')}</a>
        </div>
        <PaymentTable rows={payments.value?.items.slice(0, 5) ?? []} />
      </Card>
    </>
  )
}
