// not-found.tsx -- an address without a page.
import { t } from '../i18n'
import { Card } from '../parts/bits'

export function NotFound() {
  return (
    <Card>
      <h1>{t('error.title')}</h1>
      <p>{t('error.text')}</p>
      <p>
        <a href="/">{t('nav.pool')}</a>
      </p>
    </Card>
  )
}
