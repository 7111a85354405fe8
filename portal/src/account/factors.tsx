// factors.tsx -- what proves a person: e-mail and password, one-time passwords, passkeys.
import { useState } from 'preact/hooks'
import { dateTime } from '../format'
import { Card } from '../parts/bits'
import { Qr } from '../parts/qr'
import { Table } from '../parts/tables'
import { Field, Form } from './form'
import type { Values } from './form'
import { useLoaded } from './load'
import { ask, loadMe, me } from './me'
import type { Me } from './me'
import { hasPasskeys, makePasskey } from './passkey'
import { w } from './words'

const newPassword = { type: 'password', autocomplete: 'new-password', minLength: 10, maxLength: 200 } as const

function Current() {
  if (!me.value!.has_password) return null
  return (
    <Field
      label={w('me.password.current')}
      name="current"
      input={{ type: 'password', autocomplete: 'current-password' }}
    />
  )
}

export function Password() {
  const { email } = me.value!
  const setEmail = async (values: Values) => {
    await ask('POST', 'me/email', values)
    return w('me.mail.sent')
  }
  const setPassword = async (values: Values) => {
    me.value = await ask<Me>('POST', 'me/password', values)
    return w('me.password.changed')
  }
  return (
    <Card title={w('me.password.title')}>
      <p>{email ? w('me.email.is', { email }) : w('me.email.none')}</p>
      <details>
        <summary>{w('me.email.change')}</summary>
        <Form name="email" button={w('me.confirm.send')} send={setEmail}>
          <Field label={w('me.email')} name="email" input={{ type: 'email', autocomplete: 'username', maxLength: 190 }} />
          <Current />
        </Form>
      </details>
      {email && (
        <details>
          <summary>{w('me.password.change')}</summary>
          <Form name="password" button={w('me.save')} send={setPassword}>
            <Current />
            <Field label={w('me.password.new')} name="password" hint={w('me.password.hint')} input={newPassword} />
          </Form>
        </details>
      )}
    </Card>
  )
}

function Codes({ codes }: { codes: string[] }) {
  return (
    <>
      <p class="check good">{w('me.recovery.text')}</p>
      <ul class="codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </>
  )
}

export function Totp() {
  const [setup, setSetup] = useState<{ code: string; secret: string; uri: string } | null>(null)
  const [codes, setCodes] = useState<string[]>([])
  const begin = async () => setSetup(await ask('POST', 'me/totp', {}))
  const confirm = async (values: Values) => {
    const made = await ask<{ recovery_codes: string[] }>('POST', 'me/totp/confirm', { ...values, code: setup!.code })
    setCodes(made.recovery_codes)
    setSetup(null)
    await loadMe()
  }
  const off = async (values: Values) => {
    me.value = await ask<Me>('DELETE', 'me/totp', values)
    setCodes([])
  }
  const renew = async (values: Values) =>
    setCodes((await ask<{ recovery_codes: string[] }>('POST', 'me/recovery', values)).recovery_codes)
  return (
    <Card title={w('me.totp.title')}>
      <p>{w(me.value!.has_totp ? 'me.totp.on' : 'me.totp.off', { left: me.value!.recovery_codes })}</p>
      {codes.length > 0 && <Codes codes={codes} />}
      {!me.value!.has_totp && !setup && <Form name="totp" button={w('me.totp.begin')} send={begin} />}
      {setup && (
        <>
          <p>{w('me.totp.scan')}</p>
          <Qr text={setup.uri} label={w('me.totp.title')} />
          <p class="secret">{setup.secret}</p>
          <Form name="totp-confirm" button={w('me.totp.confirm')} send={confirm}>
            <Field
              label={w('me.totp.first')}
              name="totp"
              input={{ inputMode: 'numeric', autocomplete: 'one-time-code', maxLength: 6 }}
            />
          </Form>
        </>
      )}
      {me.value!.has_totp && (
        <div class="row">
          <Form name="recovery" button={w('me.recovery.renew')} send={renew} />
          <Form name="totp-off" button={w('me.totp.end')} danger send={off} />
        </div>
      )}
    </Card>
  )
}

interface Passkey {
  id: string
  name: string
  created_ms: number
  used_ms: number
}

export function Passkeys() {
  const [list, load, error] = useLoaded<{ items: Passkey[] }>('me/passkeys')
  const add = async (values: Values) => {
    await makePasskey(values.name!, values.totp)
    await load()
  }
  const remove = async (id: string, values: Values) => {
    await ask('DELETE', 'me/passkeys/' + id, values)
    await load()
  }
  return (
    <Card class="list" title={w('me.passkeys')}>
      <p>{w('me.passkeys.text')}</p>
      {error && <p class="check bad">{error}</p>}
      {!!list?.items.length && (
        <Table
          caption={w('me.passkeys')}
          rows={list.items}
          id={(p) => p.id}
          columns={[
            { label: w('me.key.name'), cell: (p) => p.name },
            { label: w('me.key.made'), cell: (p) => dateTime(p.created_ms) },
            { label: w('me.session.seen'), cell: (p) => (p.used_ms ? dateTime(p.used_ms) : '–') },
            {
              label: w('me.key.actions'),
              cell: (p) => <Form name="passkey-end" button={w('me.key.end')} danger send={(v) => remove(p.id, v)} />,
            },
          ]}
        />
      )}
      {hasPasskeys() && (
        <Form name="passkey" button={w('me.passkey.make')} send={add}>
          <Field label={w('me.key.name')} name="name" input={{ maxLength: 60 }} />
        </Form>
      )}
    </Card>
  )
}
