// connect.tsx -- how to begin: the ports, the user name, one command to paste; and the terms.
import type { Pool, Port } from '../api'
import { amount, difficulty, duration, percent } from '../format'
import { t } from '../i18n'
import { Card, Copy } from './bits'

function PortRow({ port }: { port: Port }) {
  return (
    <li class="port">
      <div class="port-name">
        <b>{port.label}</b>
        <span class="soft">
          {t('connect.difficulty')} {difficulty(port.difficulty)} · {t(port.fixed ? 'connect.fixed' : 'connect.varies')}
        </span>
      </div>
      <code class="port-url">{port.url}</code>
      <Copy text={port.url} label={port.url} />
    </li>
  )
}

export function Connect({ pool }: { pool: Pool }) {
  const command = pool.command.replace('{address}', t('connect.address'))
  return (
    <Card title={t('connect.title')} id="connect" class="connect">
      <ul class="ports">
        {pool.ports.map((port) => (
          <PortRow key={port.name} port={port} />
        ))}
      </ul>
      <dl class="facts">
        <dt>{t('connect.user')}</dt>
        <dd>{t('connect.user_value', { coin: pool.coin.title })}</dd>
        <dt>{t('connect.password')}</dt>
        <dd>{t('connect.password_value')}</dd>
      </dl>
      <div class="command">
        <div class="command-head">
          <span class="soft">{t('connect.command')}</span>
          <Copy text={command} label={t('connect.command')} />
        </div>
        <pre tabIndex={0}>{command}</pre>
      </div>
      <p class="soft">{t('connect.no_account')}</p>
    </Card>
  )
}

export function Terms({ pool }: { pool: Pool }) {
  const { reward, payout, coin } = pool
  const scheme =
    reward.scheme === 'pplns'
      ? t('terms.scheme.pplns', { window: reward.window })
      : reward.scheme === 'prop'
        ? t('terms.scheme.prop')
        : reward.scheme.toUpperCase()
  return (
    <Card title={t('terms.title')}>
      <dl class="facts">
        <dt>{t('terms.scheme')}</dt>
        <dd>
          {scheme} <a href="/rules">{t('nav.rules')}</a>
        </dd>
        <dt>{t('terms.fee')}</dt>
        <dd>{percent(reward.fee_percent / 100)}</dd>
        <dt>{t('terms.minimum')}</dt>
        <dd>
          {amount(payout.minimum)} {coin.ticker}
        </dd>
        <dt>{t('terms.interval')}</dt>
        <dd>
          {payout.enabled
            ? t('terms.interval_value', { time: duration(payout.interval_s) })
            : t('terms.paused')}
        </dd>
        <dt>{t('terms.maturity')}</dt>
        <dd>{t('terms.maturity_value', { n: coin.maturity })}</dd>
      </dl>
    </Card>
  )
}
