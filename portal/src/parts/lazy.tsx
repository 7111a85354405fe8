// lazy.tsx -- a page whose code is fetched when it is opened first.
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../i18n'

export function lazy(load: () => Promise<ComponentType>): ComponentType {
  let found: ComponentType | undefined
  return function Lazy() {
    const [Page, setPage] = useState(() => found)
    const [error, setError] = useState('')
    useEffect(() => {
      if (found) return
      load().then(
        (page) => setPage(() => (found = page)),
        (reason) => setError(String(reason)),
      )
    }, [])
    if (error) return <p class="empty">{t('error.load', { reason: error })}</p>
    return Page ? <Page /> : <p class="empty">…</p>
  }
}
