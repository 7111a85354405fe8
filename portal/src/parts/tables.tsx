// tables.tsx -- blocks and payments as tables, which become cards on a narrow screen.
import type { ComponentChildren } from 'preact'
import type { Block, Payment } from '../api'
import { count, shorten } from '../format'
import { t } from '../i18n'
import { base } from '../router'
import { Ago, Bar, Chip, Coins, Effort, Explore, Miner } from './bits'

export interface Column<T> {
  label: string
  /** right: numbers */
  right?: boolean
  cell: (row: T) => ComponentChildren
}

export function Table<T>(props: { caption: string; columns: Column<T>[]; rows: T[]; id: (row: T) => string }) {
  return (
    <table>
      <caption class="hidden">{props.caption}</caption>
      <thead>
        <tr>
          {props.columns.map((c) => (
            <th scope="col" class={c.right ? 'right' : ''}>
              {c.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <tr key={props.id(row)}>
            {props.columns.map((c) => (
              <td class={c.right ? 'right' : ''} data-label={c.label}>
                {c.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function BlockStatus({ block }: { block: Block }) {
  if (block.state !== 'immature') return <Chip state={block.state} />
  const label = t('confirmations', { n: block.confirmations, of: block.confirmations_needed })
  return (
    <span class="maturing" title={label}>
      <Chip state="immature" text={`${block.confirmations}/${block.confirmations_needed}`} />
      <Bar ratio={block.confirmations / block.confirmations_needed} label={label} />
    </span>
  )
}

export function BlockTable({ rows }: { rows: Block[] }) {
  if (!rows.length) return <p class="empty">{t('blocks.none')}</p>
  const columns: Column<Block>[] = [
    {
      label: t('block.height'),
      cell: (b) => <a href={`${base}/blocks/${b.state === 'orphan' || b.state === 'rejected' ? b.hash : b.height}`}>{count(b.height)}</a>,
    },
    { label: t('block.age'), cell: (b) => <Ago ms={b.found_ms} /> },
    { label: t('block.finder'), cell: (b) => <Miner address={b.finder} worker={b.finder_worker} /> },
    { label: t('block.effort'), right: true, cell: (b) => <Effort value={b.effort} /> },
    { label: t('block.reward'), right: true, cell: (b) => <Coins value={b.reward} /> },
    { label: t('block.state'), cell: (b) => <BlockStatus block={b} /> },
  ]
  return <Table caption={t('blocks.title')} columns={columns} rows={rows} id={(b) => b.id} />
}

export function PaymentTable({ rows }: { rows: Payment[] }) {
  if (!rows.length) return <p class="empty">{t('payments.none')}</p>
  const columns: Column<Payment>[] = [
    { label: t('payment.time'), cell: (p) => <Ago ms={p.created_ms} /> },
    {
      label: t('payment.tx'),
      cell: (p) => (
        <Explore kind="tx" id={p.txid}>
          <code>{shorten(p.txid)}</code>
        </Explore>
      ),
    },
    { label: t('payment.recipients'), right: true, cell: (p) => count(p.recipients) },
    { label: t('payment.amount'), right: true, cell: (p) => <Coins value={p.total} /> },
    { label: t('payment.state'), cell: (p) => <Chip state={p.state} /> },
  ]
  return <Table caption={t('payments.title')} columns={columns} rows={rows} id={(p) => p.id} />
}
