// lazy.tsx -- a page whose code and words are fetched when it is opened first.
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { needWords, t } from '../i18n'
import type { Part } from '../i18n'

export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  words: Part = '',
): ComponentType<Props> {
  let found: ComponentType<Props> | undefined
  return function Lazy(props: Props) {
    const [Page, setPage] = useState(() => found)
    const [error, setError] = useState('')
    useEffect(() => {
      if (found) return
      Promise.all([load(), needWords(words)]).then(
        ([page]) => setPage(() => (found = page)),
        (reason) => setError(String(reason)),
      )
    }, [])
    if (error) return <p class="empty">{t('error.load', { reason: error })}</p>
    return Page ? <Page {...props} /> : <p class="empty">…</p>
  }
}
