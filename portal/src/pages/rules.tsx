// rules.tsx -- fees and rules, as the pool is configured.
import type { Rules as Data, RulesPort } from '../api'
import { amount, difficulty, duration, percent } from '../format'
import { t } from '../i18n'
import type { Key } from '../i18n'
import { Card, Coins, Miner } from '../parts/bits'
import { useAnswer } from '../parts/series'
import { Table } from '../parts/tables'
import { pool } from '../state'

const AGAIN_MS = 3_600_000
const windowed = ['pplns', 'pps+']

function formulaOf(scheme: string): Key {
  if (scheme === 'pplns') return 'formula.pplns'
  if (scheme === 'solo') return 'formula.solo'
  return ['prop', 'pplnt', 'score'].includes(scheme) ? 'formula.round' : 'formula.pps'
}

const ofAll = (value: number) => percent(value / 100)

function Reward({ reward: r, maturity }: { reward: Data['reward']; maturity: number }) {
  const { by, factor, work, blocks } = r.window
  return (
    <Card title={t('rules.reward')}>
      <dl class="facts wide">
        <dt>{t('rules.scheme')}</dt>
        <dd>{t(`scheme.${r.scheme}` as Key)}</dd>
        <dt>{t('rules.formula')}</dt>
        <dd>
          <code class="break">{t(formulaOf(r.scheme))}</code>
        </dd>
        {windowed.includes(r.scheme) && (
          <>
            <dt>{t('rules.window')}</dt>
            <dd>{t(`rules.window.${by}` as Key, { factor, work: difficulty(work), blocks })}</dd>
          </>
        )}
        <dt>{t('rules.fee')}</dt>
        <dd>{r.fee_percent ? ofAll(r.fee_percent) : t('rules.fee.none')}</dd>
        {r.finder_bonus_percent > 0 && (
          <>
            <dt>{t('rules.finder_bonus')}</dt>
            <dd>{ofAll(r.finder_bonus_percent)}</dd>
          </>
        )}
        {r.pool_bonus_percent > 0 && (
          <>
            <dt>{t('rules.pool_bonus')}</dt>
            <dd>{ofAll(r.pool_bonus_percent)}</dd>
          </>
        )}
        {r.recipients.length > 0 && (
          <>
            <dt>{t('rules.recipients')}</dt>
            <dd>
              {r.recipients.map((one) => (
                <span class="whole">
                  {ofAll(one.percent)} <Miner address={one.address} />
                </span>
              ))}
            </dd>
          </>
        )}
        {r.with_work && (
          <>
            <dt>{t('rules.block_value')}</dt>
            <dd>
              <Coins value={r.block_value} />
            </dd>
          </>
        )}
        <dt>{t('rules.maturity')}</dt>
        <dd>{t('rules.confirmations.value', { n: maturity })}</dd>
      </dl>
      <p class="soft">{t('rules.exact')}</p>
    </Card>
  )
}

function Payout({ payout: p }: { payout: Data['payout'] }) {
  const coins = (value: string) => `${amount(value)} ${pool.value?.coin.ticker ?? ''}`
  return (
    <Card title={t('rules.payout')}>
      {!p.enabled && <p class="notice">{t('rules.paused')}</p>}
      <dl class="facts wide">
        <dt>{t('rules.minimum')}</dt>
        <dd>{coins(p.minimum)}</dd>
        <dt>{t('rules.threshold')}</dt>
        <dd>{t('rules.threshold.value', { min: coins(p.threshold_min), max: coins(p.threshold_max) })}</dd>
        <dt>{t('rules.when')}</dt>
        <dd>
          {p.times.length
            ? t('rules.times', { times: p.times.join(', ') })
            : t('rules.every', { time: duration(p.interval_s) })}
        </dd>
        <dt>{t('rules.confirmations')}</dt>
        <dd>{t('rules.confirmations.value', { n: p.confirmations })}</dd>
        <dt>{t('rules.network_fee')}</dt>
        <dd>{t(`rules.network_fee.${p.fee_payer}`)}</dd>
        <dt>{t('rules.dust')}</dt>
        <dd>{t('rules.dust.value', { amount: coins(p.dust) })}</dd>
      </dl>
    </Card>
  )
}

function Ports({ ports }: { ports: RulesPort[] }) {
  return (
    <Card class="list" title={t('rules.ports')}>
      <Table
        caption={t('rules.ports')}
        rows={ports}
        id={(p) => p.name}
        columns={[
          { label: t('rules.port'), cell: (p) => `${p.label}: ${p.ports.join(', ')}` },
          { label: t('rules.start'), right: true, cell: (p) => difficulty(p.difficulty) },
          {
            label: t('rules.between'),
            right: true,
            cell: (p) => (p.fixed ? t('rules.fixed') : `${difficulty(p.min_difficulty)} – ${difficulty(p.max_difficulty)}`),
          },
          { label: t('rules.interval'), right: true, cell: (p) => (p.fixed ? '–' : duration(p.share_interval_s)) },
          { label: t('rules.tls'), right: true, cell: (p) => t(`rules.tls.${p.tls}`) },
        ]}
      />
    </Card>
  )
}

export function Rules() {
  const rules = useAnswer<Data>('rules', AGAIN_MS)
  return (
    <>
      <Card>
        <h1>{t('rules.title')}</h1>
        <p>{t('rules.lead')}</p>
      </Card>
      {rules && (
        <>
          <Reward reward={rules.reward} maturity={rules.maturity} />
          <Payout payout={rules.payout} />
          <Ports ports={rules.ports} />
        </>
      )}
      <Card title={t('rules.conduct')}>
        <ul class="hints">
          <li>{t('rules.conduct.1')}</li>
          <li>{t('rules.conduct.2')}</li>
          <li>{t('rules.conduct.3')}</li>
        </ul>
      </Card>
    </>
  )
}
