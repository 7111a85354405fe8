// access.tsx -- who else may look or set things: tokens for programs, links for watchers, invitations.
import { useState } from 'preact/hooks'
import { dateTime } from '../format'
import { Card, Copy } from '../parts/bits'
import { Table } from '../parts/tables'
import { Field, Form } from './form'
import type { Values } from './form'
import { useLoaded } from './load'
import { ask } from './me'
import { known, w } from './words'
import type { Key } from './words'

interface Item {
  id: string
  name: string
  scopes: string[]
  created_ms: number
  used_ms: number
}

const scopes = ['read', 'settings', 'workers'] as const

function Secret({ text }: { text: string }) {
  return (
    <div>
      <p class="check good">{w('me.secret.once')}</p>
      <p class="secret">
        {text} <Copy text={text} label={w('me.secret')} />
      </p>
    </div>
  )
}

function Keys({ kind }: { kind: 'tokens' | 'watchers' }) {
  const path = 'me/' + kind
  const [list, load, error] = useLoaded<{ items: Item[] }>(path)
  const [secret, setSecret] = useState('')
  const show = (made: string) => setSecret(kind === 'tokens' ? made : `${location.origin}/watch#${made}`)
  const add = async (values: Values) => {
    const body = { name: values.name, totp: values.totp, scopes: scopes.filter((s) => values[s] === 'on') }
    show((await ask<{ secret: string }>('POST', path, body)).secret)
    await load()
  }
  const rotate = async (id: string) => show((await ask<{ secret: string }>('POST', `${path}/${id}`, {})).secret)
  const end = async (id: string) => {
    await ask('DELETE', `${path}/${id}`)
    await load()
  }
  const title = w(`me.${kind}` as Key)
  return (
    <Card class="list" title={title}>
      <p>{w(`me.${kind}.text` as Key)}</p>
      {error && <p class="check bad">{error}</p>}
      {secret && <Secret text={secret} />}
      {!!list?.items.length && (
        <Table
          caption={title}
          rows={list.items}
          id={(x) => x.id}
          columns={[
            { label: w('me.key.name'), cell: (x) => x.name },
            ...(kind === 'tokens'
              ? [{ label: w('me.scopes'), cell: (x: Item) => x.scopes.map((s) => known('scope', s, s)).join(', ') }]
              : []),
            { label: w('me.session.seen'), cell: (x) => (x.used_ms ? dateTime(x.used_ms) : '–') },
            {
              label: w('me.key.actions'),
              cell: (x) => (
                <>
                  {kind === 'tokens' && (
                    <button class="plain" onClick={() => rotate(x.id)}>
                      {w('me.key.rotate')}
                    </button>
                  )}
                  <button class="plain" onClick={() => end(x.id)}>
                    {w('me.key.end')}
                  </button>
                </>
              ),
            },
          ]}
        />
      )}
      <Form name={kind} button={w('me.key.make')} send={add}>
        <Field label={w('me.key.name')} name="name" input={{ maxLength: 60 }} />
        {kind === 'tokens' &&
          scopes.map((s) => (
            <label class="tick" key={s}>
              <input type="checkbox" name={s} defaultChecked={s === 'read'} /> {w(`me.scope.${s}`)}
            </label>
          ))}
      </Form>
    </Card>
  )
}

function Invitations() {
  const [state, load] = useLoaded<{ left: number }>('me/invitations')
  const [link, setLink] = useState('')
  const invite = async (values: Values) => {
    setLink((await ask<{ link: string }>('POST', 'me/invitations', values)).link)
    await load()
  }
  return (
    <Card title={w('me.invitations')}>
      <p>{w('me.invitations.text', { left: state?.left ?? 0 })}</p>
      {link && <Secret text={link} />}
      <Form name="invite" button={w('me.invite')} send={invite}>
        <Field label={w('me.invite.email')} name="email" input={{ type: 'email', required: false }} />
      </Form>
    </Card>
  )
}

export function Access() {
  return (
    <>
      <Keys kind="tokens" />
      <Keys kind="watchers" />
      <Invitations />
    </>
  )
}
