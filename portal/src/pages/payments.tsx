// payments.tsx -- every payment that the pool sent.
import { t } from '../i18n'
import { Ago, Card, More } from '../parts/bits'
import { PaymentTable } from '../parts/tables'
import { loadMorePayments, payments, pool } from '../state'

function Pause() {
  const paused = pool.value?.payout.paused
  if (!paused) return null
  return (
    <p class="notice">
      {t('payments.paused')} <Ago ms={paused.since_ms} />: {paused.reason}
    </p>
  )
}

export function Payments() {
  return (
    <Card class="list">
      <h1>{t('payments.title')}</h1>
      <Pause />
      <PaymentTable rows={payments.value?.items ?? []} />
      <More next={payments.value?.next} load={loadMorePayments} />
    </Card>
  )
}
