// sign.tsx -- proving an address: the text that the wallet signs, and the field for the signature.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Copy } from '../parts/bits'
import { Field, Form } from './form'
import type { Values } from './form'
import { ask } from './me'
import { w } from './words'

interface Challenge {
  address: string
  code: string
  message: string
}

/** proven gets what proves the address: {code, signature}, and the other fields. address: it must be that one. */
export function Sign(props: {
  button: string
  address?: string
  proven: (proof: Values) => Promise<string | void>
  children?: ComponentChildren
}) {
  const [challenge, setChallenge] = useState<Challenge | null>(null)
  const begin = async (values: Values) =>
    setChallenge(
      await ask<Challenge>('POST', 'auth/challenge', { address: props.address ?? values.address!.trim() }),
    )
  const finish = (values: Values) =>
    props.proven({ ...values, code: challenge!.code, signature: values.signature!.trim() })
  return (
    <>
      <Form name="address" button={w('me.sign.begin')} send={begin}>
        {!props.address && (
          <Field label={w('me.sign.address')} name="address" input={{ maxLength: 120, autocomplete: 'off' }} />
        )}
      </Form>
      {challenge && (
        <>
          <p>{w('me.sign.how')}</p>
          <div class="command">
            <div class="command-head">
              <span>{w('me.sign.message')}</span>
              <Copy text={challenge.message} label={w('me.sign.message')} />
            </div>
            <pre class="to-sign" tabIndex={0}>
              {challenge.message}
            </pre>
          </div>
          <p class="soft">
            {w('me.sign.command')} <code>{`signmessage ${challenge.address} "${challenge.message}"`}</code>
          </p>
          <Form name="signature" button={props.button} send={finish}>
            {props.children}
            <Field label={w('me.sign.signature')} name="signature" long />
          </Form>
        </>
      )}
    </>
  )
}
