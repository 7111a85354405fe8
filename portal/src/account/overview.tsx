// overview.tsx -- a person's addresses, and what is set for each: when, where and in whose name it is paid.
import { amount, dateTime, shorten } from '../format'
import { Card, Copy } from '../parts/bits'
import { pool } from '../state'
import { Field, Form } from './form'
import type { Values } from './form'
import { useLoaded } from './load'
import { ask, me } from './me'
import type { Me } from './me'
import { Sign } from './sign'
import { w } from './words'

interface Settings {
  address: string
  threshold: string | null
  threshold_of_pool: { usual: string; min: string; max: string }
  donation_percent: string
  is_anonymous: boolean
  payout: { address: string; waiting: { address: string; until_ms: number } | null }
}

const pathOf = (address: string) => 'me/addresses/' + encodeURIComponent(address)

function Terms({ settings, load }: { settings: Settings; load: () => Promise<void> }) {
  const limits = settings.threshold_of_pool
  const save = async (values: Values) => {
    await ask('PATCH', pathOf(settings.address), {
      threshold: values.threshold!.trim() || null,
      donation_percent: values.donation!.trim() || '0',
      is_anonymous: values.anonymous === 'on',
    })
    await load()
    return w('me.saved')
  }
  return (
    <Form name="terms" button={w('me.save')} send={save}>
      <Field
        label={w('me.threshold', { ticker: pool.value?.coin.ticker ?? '' })}
        name="threshold"
        hint={w('me.threshold.hint', {
          usual: amount(limits.usual),
          min: amount(limits.min),
          max: amount(limits.max),
        })}
        input={{
          inputMode: 'decimal',
          required: false,
          defaultValue: settings.threshold ?? '',
          placeholder: amount(limits.usual),
        }}
      />
      <Field
        label={w('me.donation')}
        name="donation"
        input={{
          inputMode: 'decimal',
          required: false,
          defaultValue: amount(settings.donation_percent),
        }}
      />
      <label class="tick">
        <input type="checkbox" name="anonymous" defaultChecked={settings.is_anonymous} /> {w('me.anonymous')}
      </label>
    </Form>
  )
}

function PayoutAddress({ settings, load }: { settings: Settings; load: () => Promise<void> }) {
  const { waiting } = settings.payout
  const path = pathOf(settings.address) + '/payout'
  const wish = async (proof: Values) => {
    await ask('PUT', path, proof)
    await load()
  }
  const stop = async () => {
    await ask('DELETE', path)
    await load()
  }
  const target = <Field label={w('me.payout.to')} name="address" input={{ maxLength: 120 }} />
  return (
    <details open={!!waiting}>
      <summary>{w('me.payout.title')}</summary>
      {settings.payout.address && (
        <p>
          {w('me.payout.now')} <code>{settings.payout.address}</code>
        </p>
      )}
      {waiting ? (
        <>
          <p>
            {w('me.payout.waiting', { time: dateTime(waiting.until_ms) })} <code>{waiting.address}</code>
          </p>
          <Form name="stop" button={w('me.cancel')} danger send={stop} />
        </>
      ) : me.value!.has_totp ? (
        <Form name="payout" button={w('me.payout.change')} send={wish}>
          {target}
        </Form>
      ) : (
        <>
          <p>{w('me.payout.text')}</p>
          <Sign address={settings.address} button={w('me.payout.change')} proven={wish}>
            {target}
          </Sign>
        </>
      )}
    </details>
  )
}

function AddressCard({ address }: { address: string }) {
  const [settings, load, error] = useLoaded<Settings>(pathOf(address))
  const unlink = async (values: Values) => {
    me.value = await ask<Me>('DELETE', pathOf(address), values)
  }
  return (
    <Card class="address-card">
      <div class="list-head">
        <h2>
          <a href={'/a/' + encodeURIComponent(address)} title={address}>
            {shorten(address, 12, 8)}
          </a>
        </h2>
        <Copy text={address} label={w('me.sign.address')} />
      </div>
      <p>
        <a href={`/api/v1/accounts/${address}/statement.csv`} download={`${address}.csv`}>
          {w('me.statement')}
        </a>{' '}
        ·{' '}
        <a href={`/api/v1/accounts/${address}/statement.csv?by=month`} download={`${address}-months.csv`}>
          {w('me.earnings')}
        </a>
      </p>
      {error && <p class="check bad">{error}</p>}
      {settings && (
        <>
          <Terms settings={settings} load={load} />
          <PayoutAddress settings={settings} load={load} />
        </>
      )}
      {me.value!.addresses.length > 1 && (
        <details>
          <summary>{w('me.unlink.title')}</summary>
          <p>{w('me.unlink.text')}</p>
          <Form name="unlink" button={w('me.unlink')} danger send={unlink} />
        </details>
      )}
    </Card>
  )
}

export function Overview() {
  return (
    <>
      {me.value!.addresses.map((a) => (
        <AddressCard key={a.address} address={a.address} />
      ))}
      {me.value!.addresses.length === 0 && <p class="empty">{w('me.addresses.none')}</p>}
      <Card>
        <details open={me.value!.addresses.length === 0}>
          <summary>{w('me.link.title')}</summary>
          <p>{w('me.link.text')}</p>
          <Sign
            button={w('me.link')}
            proven={async (proof) => {
              me.value = await ask<Me>('POST', 'me/addresses', proof)
            }}
          />
        </details>
      </Card>
    </>
  )
}
