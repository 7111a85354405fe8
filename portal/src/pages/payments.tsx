// payments.tsx -- every payment that the pool sent.
import { t } from '../i18n'
import { Card, More } from '../parts/bits'
import { PaymentTable } from '../parts/tables'
import { loadMorePayments, payments } from '../state'

export function Payments() {
  return (
    <Card class="list">
      <h1>{t('payments.title')}</h1>
      <PaymentTable rows={payments.value?.items ?? []} />
      <More next={payments.value?.next} load={loadMorePayments} />
    </Card>
  )
}
