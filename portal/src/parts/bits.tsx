// bits.tsx -- the small parts that every page is made of.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { BlockState, PaymentState } from '../api'
import { ago, amount, dateTime, percent, scaled, shorten } from '../format'
import { t } from '../i18n'
import type { Key } from '../i18n'
import { base } from '../router'
import { now, pool } from '../state'

export function Card(props: { title?: string; class?: string; id?: string; children: ComponentChildren }) {
  return (
    <section class={'card ' + (props.class ?? '')} id={props.id}>
      {props.title && <h2>{props.title}</h2>}
      {props.children}
    </section>
  )
}

export function Stat(props: {
  label: string
  children: ComponentChildren
  foot?: ComponentChildren
  title?: string
}) {
  return (
    <div class="stat" title={props.title}>
      <div class="stat-label">{props.label}</div>
      <div class="stat-value">{props.children}</div>
      {props.foot && <div class="stat-foot">{props.foot}</div>}
    </div>
  )
}

/** A hash rate with its unit set smaller. */
export function Rate({ value }: { value: number }) {
  const [number, prefix] = scaled(value)
  return (
    <span class="rate">
      {number} <small>{prefix}H/s</small>
    </span>
  )
}

export function Coins({ value, unit = true }: { value: string; unit?: boolean }) {
  return (
    <span class="coins">
      {amount(value)}
      {unit && <small> {pool.value?.coin.ticker}</small>}
    </span>
  )
}

export function Ago({ ms }: { ms: number }) {
  return (
    <time dateTime={new Date(ms).toISOString()} title={dateTime(ms)}>
      {ago(ms, now.value)}
    </time>
  )
}

/** In place of a page whose numbers were never there. */
export function Away() {
  return (
    <Card>
      <h1>{t('error.away')}</h1>
      <p role="status">{t('error.away.text')}</p>
    </Card>
  )
}

/** A share of a whole as a bar; more than the whole fills it. */
export function Bar({ ratio, label }: { ratio: number; label: string }) {
  return <progress class={ratio > 1 ? 'over' : ''} max={1} value={Math.min(1, ratio)} aria-label={label} />
}

export function Effort({ value }: { value: number | null }) {
  if (value === null) return <span>–</span>
  return <span class={value <= 1 ? 'lucky' : ''}>{percent(value)}</span>
}

export function Copy({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text).catch(() => copyOldWay(text))
    setDone(true)
    setTimeout(() => setDone(false), 1500)
  }
  return (
    <button class="copy" onClick={copy} aria-label={`${t('copy')}: ${label}`}>
      <span aria-live="polite">{done ? t('copied') : t('copy')}</span>
    </button>
  )
}

// navigator.clipboard is missing on plain http.
function copyOldWay(text: string) {
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** A link to the explorer, or plain text when the coin has none. */
export function Explore(props: { kind: 'block' | 'tx'; id: string; children: ComponentChildren }) {
  const pattern = pool.value?.links[props.kind]
  if (!pattern) return <span title={props.id}>{props.children}</span>
  return (
    <a href={pattern.replace('{}', props.id)} title={props.id} target="_blank" rel="noopener noreferrer">
      {props.children}
    </a>
  )
}

export function Miner({ address, worker }: { address: string; worker?: string }) {
  if (!address) return <span>–</span>
  return (
    <span class="miner">
      <a href={base + '/a/' + encodeURIComponent(address)} title={address}>
        {shorten(address)}
      </a>
      {worker && <span class="soft">.{worker}</span>}
    </span>
  )
}

const paymentTones: Record<PaymentState, string> = {
  planned: 'wait',
  waiting: 'wait',
  refused: 'bad',
  signed: 'wait',
  broadcast: 'wait',
  confirmed: 'good',
  conflicted: 'bad',
}

const tones: Record<BlockState | PaymentState, string> = {
  pending: 'wait',
  immature: 'wait',
  mature: 'good',
  orphan: 'bad',
  rejected: 'bad',
  ...paymentTones,
}

const marks: Record<string, string> = {
  wait: 'M8 4v4l2.5 1.5',
  good: 'm4.8 8.3 2.2 2.2 4.2-4.7',
  bad: 'm5.5 5.5 5 5m0-5-5 5',
}

/** A state by colour, mark and word. */
export function Chip({ state, text }: { state: BlockState | PaymentState; text?: string }) {
  const kind = state in paymentTones ? 'payment' : 'state'
  return (
    <span class={'chip ' + tones[state]}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" />
        <path d={marks[tones[state]]} />
      </svg>
      {text ?? t(`${kind}.${state}` as Key)}
    </span>
  )
}

export function More({ next, load }: { next: string | null | undefined; load: () => Promise<void> }) {
  const [busy, setBusy] = useState(false)
  if (!next) return null
  const click = () => {
    setBusy(true)
    load().finally(() => setBusy(false))
  }
  return (
    <button class="more" disabled={busy} onClick={click}>
      {t('more')}
    </button>
  )
}
