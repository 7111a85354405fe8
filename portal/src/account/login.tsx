// login.tsx -- the ways in: an address, e-mail and password, a passkey; and what the links of mails lead to.
import './account.css'
import { useEffect, useState } from 'preact/hooks'
import { lang } from '../i18n'
import { Card } from '../parts/bits'
import { replace } from '../router'
import { pool } from '../state'
import { Field, Form } from './form'
import { ask, loadMe, me } from './me'
import type { Me } from './me'
import { hasPasskeys, usePasskey } from './passkey'
import { Sign } from './sign'
import { w } from './words'

interface Doors {
  registration: 'open' | 'invited' | 'closed'
  mail: boolean
}

const email = { type: 'email', autocomplete: 'username', maxLength: 190 } as const
const newPassword = { type: 'password', autocomplete: 'new-password', minLength: 10, maxLength: 200 } as const

function WithAddress() {
  return (
    <Card title={w('me.sign.title')}>
      <p>{w('me.sign.text', { coin: pool.value?.coin.title ?? '' })}</p>
      <Sign
        button={w('me.login')}
        proven={async (proof) => {
          me.value = await ask<Me>('POST', 'auth/sign', proof)
        }}
      />
    </Card>
  )
}

function WithPassword() {
  return (
    <Card title={w('me.password.title')}>
      <Form
        name="login"
        button={w('me.login')}
        send={async (values) => {
          me.value = await ask<Me>('POST', 'auth/login', values)
        }}
      >
        <Field label={w('me.email')} name="email" input={email} />
        <Field
          label={w('me.password')}
          name="password"
          input={{ type: 'password', autocomplete: 'current-password' }}
        />
      </Form>
      {hasPasskeys() && <Form name="passkey" button={w('me.passkey.login')} send={usePasskey} />}
      <details>
        <summary>{w('me.reset.title')}</summary>
        <Form
          name="reset"
          button={w('me.reset.send')}
          send={async (values) => {
            await ask('POST', 'auth/reset', values)
            return w('me.mail.sent')
          }}
        >
          <Field label={w('me.email')} name="email" input={email} />
        </Form>
      </details>
    </Card>
  )
}

function Register({ invitation }: { invitation: string }) {
  return (
    <Card title={w('me.register.title')}>
      <p>{w('me.register.text')}</p>
      <Form
        name="register"
        button={w('me.register')}
        send={async (values) => {
          await ask('POST', 'auth/register', { ...values, lang: lang.value, invitation })
          return w('me.mail.sent')
        }}
      >
        <Field label={w('me.email')} name="email" input={email} />
        <Field label={w('me.password')} name="password" hint={w('me.password.hint')} input={newPassword} />
      </Form>
    </Card>
  )
}

/** #confirm=CODE, #reset=CODE, #cancel=CODE, #invitation=CODE: what follows the hash never reaches a log. */
const linkOf = (hash: string): [string, string] => {
  const [what = '', code = ''] = hash.slice(1).split('=')
  return [what, code]
}

function MailLink({ what, code }: { what: string; code: string }) {
  const [text, setText] = useState('')
  const leave = () => history.replaceState(null, '', '/login')
  const confirm = async () => {
    const who = await ask<Me | null>('POST', 'auth/confirm', { code })
    leave()
    if (who) me.value = who
    else setText(w('me.email.confirmed'))
  }
  const cancel = async () => {
    await ask('POST', 'auth/cancel', { code })
    leave()
    setText(w('me.payout.stopped'))
  }
  const reset = async (values: Record<string, string>) => {
    await ask('POST', 'auth/reset/finish', { ...values, code })
    leave()
    setText(w('me.password.changed'))
  }
  if (text) return <Card>{text}</Card>
  if (what === 'confirm')
    return (
      <Card title={w('me.confirm.title')}>
        <Form name="confirm" button={w('me.confirm')} send={confirm} />
      </Card>
    )
  if (what === 'cancel')
    return (
      <Card title={w('me.cancel.title')}>
        <p>{w('me.cancel.text')}</p>
        <Form name="cancel" button={w('me.cancel')} send={cancel} />
      </Card>
    )
  return (
    <Card title={w('me.reset.title')}>
      <Form name="reset-finish" button={w('me.reset.finish')} send={reset}>
        <Field label={w('me.password.new')} name="password" hint={w('me.password.hint')} input={newPassword} />
      </Form>
    </Card>
  )
}

export function Login() {
  const [doors, setDoors] = useState<Doors | null>(null)
  const [[what, code]] = useState(() => linkOf(location.hash))
  useEffect(() => {
    if (!me.value) loadMe().catch(() => undefined)
    ask<Doors>('GET', 'auth').then(setDoors, () => undefined)
  }, [])
  useEffect(() => {
    if (me.value && what !== 'cancel') replace('/account')
  }, [me.value])
  const mayRegister = doors?.mail && (doors.registration === 'open' || what === 'invitation')
  return (
    <>
      <h1>{w('me.login.title')}</h1>
      {['confirm', 'cancel', 'reset'].includes(what) && <MailLink what={what} code={code} />}
      <p>{w('me.login.text')}</p>
      <div class="two">
        <WithAddress />
        {doors?.mail && (
          <div class="stack">
            {mayRegister && what === 'invitation' && <Register invitation={code} />}
            <WithPassword />
            {mayRegister && what !== 'invitation' && <Register invitation="" />}
          </div>
        )}
      </div>
    </>
  )
}
