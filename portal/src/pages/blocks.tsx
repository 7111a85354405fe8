// blocks.tsx -- every block that the pool found.
import { t } from '../i18n'
import { Card, More } from '../parts/bits'
import { BlockTable } from '../parts/tables'
import { blocks, loadMoreBlocks } from '../state'

export function Blocks() {
  return (
    <Card class="list">
      <h1>{t('blocks.title')}</h1>
      <BlockTable rows={blocks.value?.items ?? []} />
      <More next={blocks.value?.next} load={loadMoreBlocks} />
    </Card>
  )
}
