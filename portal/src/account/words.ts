// words.ts -- the words of the account pages, apart from those of the pages that everybody loads.
import { lang } from '../i18n'
import en from '../i18n/account/en.json'
import ja from '../i18n/account/ja.json'

export type Key = keyof typeof en
const catalogues: Record<string, Record<Key, string>> = { en, ja }

/** The text of key, with {name} replaced by what `with_` says. */
export function w(key: Key, with_: Record<string, string | number> = {}): string {
  const text = (catalogues[lang.value] ?? en)[key]
  return text.replace(/\{(\w+)\}/g, (_, name) => String(with_[name] ?? ''))
}

/** The same for a word that the server chose; what the server says otherwise where there is none. */
export function known(group: string, name: string, otherwise: string): string {
  const key = `me.${group}.${name}`
  return key in en ? w(key as Key) : otherwise
}
