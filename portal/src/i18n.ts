// i18n.ts -- the words of the pages in the reader's language, and who chose it.
import { computed, signal } from '@preact/signals'
import en from './i18n/en.json'
import ja from './i18n/ja.json'
import { setCookie } from './cookie'

export type Key = keyof typeof en
type Catalogue = Record<Key, string>

const catalogues = { en: en as Catalogue, ja: ja as Catalogue }
export type Lang = keyof typeof catalogues
export const languages: Record<Lang, string> = { en: 'English', ja: '日本語' }

const asLang = (text: string): Lang => (text in catalogues ? (text as Lang) : 'en')

export const lang = signal<Lang>(asLang(document.documentElement.lang))

export function setLang(next: Lang) {
  lang.value = next
  document.documentElement.lang = next
  setCookie('lang', next)
}

/** The text of key, with {name} replaced by what `with_` says. */
export function t(key: Key, with_: Record<string, string | number> = {}): string {
  return catalogues[lang.value][key].replace(/\{(\w+)\}/g, (_, name) => String(with_[name] ?? ''))
}

// ja shows Japan's time wherever it is read; others the reader's own.
export const timeZone = computed(() => (lang.value === 'ja' ? 'Asia/Tokyo' : undefined))
