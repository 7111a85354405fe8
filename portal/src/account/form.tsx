// form.tsx -- a form that asks the server, says what went wrong, and asks for a second factor when it is needed.
import type { ComponentChildren, JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { ApiError } from '../api'
import { w } from './words'

export function Field(props: {
  label: string
  name: string
  hint?: string
  long?: boolean
  input?: JSX.IntrinsicElements['input']
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.long ? (
        <textarea id={id} name={props.name} rows={3} spellcheck={false} required />
      ) : (
        <input
          id={id}
          name={props.name}
          autocapitalize="off"
          spellcheck={false}
          aria-describedby={props.hint && id + '-hint'}
          required
          {...props.input}
        />
      )}
      {props.hint && (
        <p class="check" id={id + '-hint'}>
          {props.hint}
        </p>
      )}
    </div>
  )
}

export type Values = Record<string, string>

/** send gets the fields' values; its promise's text is shown when all went well. */
export function Form(props: {
  name: string
  button: string
  danger?: boolean
  send: (values: Values) => Promise<string | void>
  children?: ComponentChildren
}) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const [done, setDone] = useState('')
  const [needsCode, setNeedsCode] = useState(false)

  const submit = async (event: SubmitEvent) => {
    const form = event.currentTarget as HTMLFormElement
    event.preventDefault()
    setBusy(true)
    setError('')
    setDone('')
    try {
      const values = Object.fromEntries(new FormData(form)) as Values
      setDone((await props.send(values)) ?? '')
      setNeedsCode(false)
    } catch (reason) {
      if (reason instanceof ApiError && reason.code === 'totp_needed') setNeedsCode(true)
      setError(reason instanceof Error ? reason.message : String(reason))
    }
    setBusy(false)
  }
  return (
    <form class="own" name={props.name} onSubmit={submit}>
      {props.children}
      {needsCode && (
        <Field
          label={w('me.totp.code')}
          name="totp"
          input={{ inputMode: 'text', autocomplete: 'one-time-code', maxLength: 20 }}
        />
      )}
      <p class={'check ' + (error ? 'bad' : 'good')} role="status">
        {error || done}
      </p>
      <button class={props.danger ? 'plain danger' : 'primary'} disabled={busy}>
        {props.button}
      </button>
    </form>
  )
}
