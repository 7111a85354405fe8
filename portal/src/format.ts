// format.ts -- numbers, amounts, times and hashes as people read them.
import { lang, timeZone } from './i18n'

const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z']

/** 12345 as ["12.3", "k"]: three digits and the prefix of the unit. */
export function scaled(value: number): [string, string] {
  let i = 0
  while (value >= 999.5 && i < prefixes.length - 1) {
    value /= 1000
    i++
  }
  const digits = new Intl.NumberFormat(lang.value, { maximumSignificantDigits: 3 })
  return [digits.format(value), prefixes[i] ?? '']
}

export function hashrate(value: number): string {
  const [number, prefix] = scaled(value)
  return `${number} ${prefix}H/s`
}

export function count(value: number): string {
  return new Intl.NumberFormat(lang.value).format(value)
}

/** Three digits, for what is only about so much. */
export function significant(value: number): string {
  return new Intl.NumberFormat(lang.value, { maximumSignificantDigits: 3 }).format(value)
}

export function percent(ratio: number): string {
  return new Intl.NumberFormat(lang.value, {
    style: 'percent',
    maximumFractionDigits: ratio < 0.1 ? 2 : ratio < 10 ? 1 : 0,
  }).format(ratio)
}

/** A difficulty is a decimal string of any size: short for people. */
export function difficulty(text: string): string {
  const value = Number(text)
  if (value < 1e6) return new Intl.NumberFormat(lang.value, { maximumSignificantDigits: 6 }).format(value)
  const [number, prefix] = scaled(value)
  return `${number} ${prefix}`
}

/** "12.50000000" as "12.5": amounts stay text, no digit is ever rounded. */
export function amount(text: string): string {
  const [whole = '0', rest = ''] = text.split('.')
  const digits = rest.replace(/0+$/, '')
  const sign = whole.startsWith('-') ? '-' : ''
  const grouped = whole.replace('-', '').replace(/\B(?=(\d{3})+$)/g, ',')
  return sign + grouped + (digits ? '.' + digits : '')
}

export function shorten(text: string, head = 8, tail = 6): string {
  return text.length > head + tail + 3 ? `${text.slice(0, head)}…${text.slice(-tail)}` : text
}

const steps: [number, 'day' | 'hour' | 'minute' | 'second'][] = [
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
]

/** "4 minutes ago" */
export function ago(ms: number, now: number): string {
  const seconds = Math.max(0, (now - ms) / 1000)
  const [size, unit] = steps.find(([s]) => seconds >= s * (s === 1 ? 0 : 1)) ?? steps[3]!
  return new Intl.RelativeTimeFormat(lang.value, { numeric: 'auto', style: 'short' }).format(
    -Math.floor(seconds / size),
    unit,
  )
}

/** "2 h 5 min": the two largest parts of a length of time */
export function duration(seconds: number): string {
  const parts: string[] = []
  for (const [size, unit] of steps) {
    const n = Math.floor(seconds / size)
    if (n === 0 && parts.length === 0 && size > 1) continue
    if (n > 0 || parts.length === 0)
      parts.push(
        new Intl.NumberFormat(lang.value, { style: 'unit', unit, unitDisplay: 'short' }).format(n),
      )
    if (parts.length === 2 || (n > 0 && size <= 60)) break
    seconds -= n * size
  }
  return parts.join(' ')
}

export function dateTime(ms: number): string {
  return new Intl.DateTimeFormat(lang.value, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: timeZone.value,
  }).format(ms)
}

export function clock(ms: number): string {
  return new Intl.DateTimeFormat(lang.value, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: timeZone.value,
  }).format(ms)
}
