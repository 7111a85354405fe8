// search.tsx -- from an address to its page.
import { shorten } from '../format'
import { t } from '../i18n'
import { recent } from '../recent'
import { go } from '../router'
import { pool } from '../state'
import { Card } from './bits'

export function Search() {
  const coin = pool.value?.coin.title ?? ''
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem('address')
    const address = (input as HTMLInputElement).value.trim()
    if (address) go('/a/' + encodeURIComponent(address))
  }
  return (
    <Card title={t('search.title')}>
      <form class="search" action="/a" method="get" onSubmit={submit}>
        <label for="address">{t('search.label', { coin })}</label>
        <div class="search-row">
          <input
            id="address"
            name="address"
            required
            maxLength={120}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder={t('search.placeholder')}
          />
          <button class="primary">{t('search.go')}</button>
        </div>
      </form>
      {recent.value.length > 0 && (
        <p class="recent">
          <span class="soft">{t('search.recent')}</span>
          {recent.value.map((address) => (
            <a href={'/a/' + encodeURIComponent(address)} title={address}>
              {shorten(address, 6, 5)}
            </a>
          ))}
        </p>
      )}
    </Card>
  )
}
