// i18n.ts -- the words of the pages in the reader's language, and who chose it.
//
// i18n/LANG.json comes with every page; i18n/PART/LANG.json with the pages that ask for PART (see parts/lazy.tsx).
import { computed, signal } from '@preact/signals'
import { setCookie } from './cookie'
import type core from './i18n/en.json'
import type info from './i18n/info/en.json'
import type stats from './i18n/stats/en.json'

export type Key = keyof typeof core | keyof typeof info | keyof typeof stats
export type Part = '' | 'info/' | 'stats/'
type Catalogue = Record<string, string>

export const languages = { en: 'English', ja: '日本語' }
export type Lang = keyof typeof languages

const files = import.meta.glob<Catalogue>('./i18n/**/*.json', { import: 'default' })
const read = (part: Part, of: Lang) => files[`./i18n/${part}${of}.json`]!()

const asLang = (text: string): Lang => (text in languages ? (text as Lang) : 'en')

export const lang = signal<Lang>(asLang(document.documentElement.lang))
const texts = signal<Catalogue>({})
const parts = new Set<Part>()

/** From now on the words of this part are there, in whatever language. */
export async function needWords(part: Part) {
  if (parts.has(part)) return
  const of = lang.value
  const words = await read(part, of)
  parts.add(part)
  if (of === lang.value) texts.value = { ...texts.value, ...words }
  else await setLang(lang.value) // the reader was quicker
}

export async function setLang(next: Lang) {
  setCookie('lang', next)
  const all = await Promise.all([...parts].map((part) => read(part, next)))
  texts.value = Object.assign({}, ...all)
  lang.value = next
  document.documentElement.lang = next
}

/** The text of key, with {name} replaced by what `with_` says. */
export function t(key: Key, with_: Record<string, string | number> = {}): string {
  return (texts.value[key] ?? '').replace(/\{(\w+)\}/g, (_, name) => String(with_[name] ?? ''))
}

// ja shows Japan's time wherever it is read; others the reader's own.
export const timeZone = computed(() => (lang.value === 'ja' ? 'Asia/Tokyo' : undefined))
