// account.tsx -- one address: what it mines, what it has, what it got.
import { useEffect } from 'preact/hooks'
import type { Account as Data } from '../api'
import { ApiError } from '../api'
import { amount, count, percent, shorten, significant } from '../format'
import { t } from '../i18n'
import { remember } from '../recent'
import { base } from '../router'
import { account, blocks, pool } from '../state'
import { Ago, Bar, Card, Chip, Coins, Copy, Explore, Rate, Stat } from '../parts/bits'
import { Chart } from '../parts/chart'
import { Connect } from '../parts/connect'
import { lazy } from '../parts/lazy'
import { Table } from '../parts/tables'

const History = lazy(() => import('../parts/history').then((module) => module.History), 'stats/')

function Head({ address }: { address: string }) {
  return (
    <div class="address-head">
      <h1 title={address} aria-label={`${t('account.title')} ${address}`}>
        <span class="address-long">{address}</span>
        <span class="address-short">{shorten(address, 10, 8)}</span>
      </h1>
      <Copy text={address} label={t('account.title')} />
    </div>
  )
}

const DAY_S = 86_400

/** Coins a day by the account's part of the network, as of now; null: not enough is known. */
function estimate(data: Data): number | null {
  const p = pool.value
  const reward = blocks.value?.items.find((block) => Number(block.reward) > 0)?.reward
  if (!p?.network?.hashrate || !reward || !data.hashrate.h24) return null
  const part = data.hashrate.h24 / p.network.hashrate
  return part * (DAY_S / p.coin.block_time_s) * Number(reward) * (1 - p.reward.fee_percent / 100)
}

function Estimate({ data }: { data: Data }) {
  const coins = estimate(data)
  if (coins === null) return null
  return (
    <>
      <dt>{t('account.estimate')}</dt>
      <dd title={t('account.estimate.help')}>
        ≈ {significant(coins)} <small>{pool.value?.coin.ticker}</small>
      </dd>
    </>
  )
}

function Hero({ data }: { data: Data }) {
  return (
    <Card class="hero">
      <div class="hero-numbers">
        <div class="stat-label">{t('account.hashrate')}</div>
        <div class="hero-value">
          <Rate value={data.hashrate.now} />
        </div>
        <div class="stat-foot">
          {t('account.last_share')} {data.last_share_ms ? <Ago ms={data.last_share_ms} /> : '–'}
        </div>
        <dl class="averages">
          <dt>{t('avg.h1')}</dt>
          <dd>
            <Rate value={data.hashrate.h1} />
          </dd>
          <dt>{t('avg.h24')}</dt>
          <dd>
            <Rate value={data.hashrate.h24} />
          </dd>
          <Estimate data={data} />
        </dl>
      </div>
      <Chart data={data.chart} />
    </Card>
  )
}

function Balance({ data }: { data: Data }) {
  const { balance, payout } = data
  const threshold = t('account.threshold_of', {
    have: amount(balance.available),
    need: amount(payout.minimum),
  })
  return (
    <div class="stats">
      <Stat label={t('account.immature')}>
        <Coins value={balance.immature} />
      </Stat>
      <Stat
        label={t('account.available')}
        foot={
          <>
            <Bar ratio={payout.progress} label={t('account.threshold')} />
            <span title={t('account.threshold')}>{threshold}</span>
          </>
        }
      >
        <Coins value={balance.available} />
      </Stat>
      <Stat label={t('account.paying')}>
        <Coins value={balance.paying} />
      </Stat>
      <Stat label={t('account.paid')}>
        <Coins value={balance.paid} />
      </Stat>
    </div>
  )
}

function Workers({ data }: { data: Data }) {
  const rows = [...data.workers].sort(
    (a, b) => Number(b.online) - Number(a.online) || a.name.localeCompare(b.name),
  )
  return (
    <Card class="list" title={t('account.workers')}>
      <Table
        caption={t('account.workers')}
        rows={rows}
        id={(w) => w.name}
        columns={[
          {
            label: t('account.worker'),
            cell: (w) => (
              <span class="worker">
                <a href={`/a/${data.address}/w/${encodeURIComponent(w.name)}`}>{w.name || t('account.no_name')}</a>{' '}
                <span class={w.online ? 'dot on' : 'dot'}>
                  {t(w.online ? 'account.online' : 'account.idle')}
                </span>
              </span>
            ),
          },
          { label: t('avg.now'), right: true, cell: (w) => <Rate value={w.hashrate.now} /> },
          { label: t('avg.h1'), right: true, cell: (w) => <Rate value={w.hashrate.h1} /> },
          { label: t('avg.h24'), right: true, cell: (w) => <Rate value={w.hashrate.h24} /> },
          { label: t('account.shares'), right: true, cell: (w) => count(w.shares_h24) },
          {
            label: t('account.last_share'),
            cell: (w) => (w.last_share_ms ? <Ago ms={w.last_share_ms} /> : '–'),
          },
        ]}
      />
    </Card>
  )
}

function Payments({ data }: { data: Data }) {
  return (
    <Card class="list" title={t('account.payments')}>
      <p class="links">
        <a href={`${base}/a/${data.address}/statement`}>{t('statement.title')}</a>
        <a href={`/api/v1${base}/accounts/${data.address}/statement.csv`} download={`${data.address}.csv`}>
          {t('account.statement')}
        </a>
      </p>
      {data.payments.length === 0 ? (
        <p class="empty">{t('account.no_payments')}</p>
      ) : (
        <Table
          caption={t('account.payments')}
          rows={data.payments}
          id={(p) => p.id}
          columns={[
            { label: t('payment.time'), cell: (p) => <Ago ms={p.created_ms} /> },
            {
              label: t('payment.tx'),
              cell: (p) =>
                p.txid && (
                  <Explore kind="tx" id={p.txid}>
                    <code>{shorten(p.txid)}</code>
                  </Explore>
                ),
            },
            { label: t('payment.amount'), right: true, cell: (p) => <Coins value={p.amount} /> },
            { label: t('payment.state'), cell: (p) => <Chip state={p.state} /> },
          ]}
        />
      )}
    </Card>
  )
}

function Credits({ data }: { data: Data }) {
  return (
    <Card class="list" title={t('account.credits')}>
      {data.credits.length === 0 ? (
        <p class="empty">{t('account.no_credits')}</p>
      ) : (
        <Table
          caption={t('account.credits')}
          rows={data.credits}
          id={(c) => c.block}
          columns={[
            { label: t('block.height'), cell: (c) => count(c.height) },
            { label: t('block.age'), cell: (c) => <Ago ms={c.found_ms} /> },
            { label: t('account.part'), right: true, cell: (c) => percent(c.part) },
            { label: t('payment.amount'), right: true, cell: (c) => <Coins value={c.amount} /> },
            { label: t('block.state'), cell: (c) => <Chip state={c.state} /> },
          ]}
        />
      )}
    </Card>
  )
}

export function Account({ address }: { address: string }) {
  const data = account.value
  const known = data && !(data instanceof ApiError) ? data.address : null
  useEffect(() => {
    if (known) remember(known)
  }, [known])

  if (data instanceof ApiError) {
    const isNew = data.code === 'account_unknown'
    const why = data.code === 'address_invalid' ? 'account.invalid' : 'error.load'
    return (
      <>
        <Card>
          <Head address={address} />
          <p>{isNew ? t('account.unknown') : t(why, { reason: data.message })}</p>
        </Card>
        {isNew && pool.value && <Connect pool={pool.value} />}
      </>
    )
  }
  if (!data)
    return (
      <Card>
        <Head address={address} />
      </Card>
    )
  return (
    <>
      <Head address={data.address} />
      <Hero data={data} />
      <Balance data={data} />
      <Workers data={data} />
      <History key={data.address} address={data.address} />
      <Payments data={data} />
      <Credits data={data} />
    </>
  )
}
