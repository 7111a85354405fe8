// statement.tsx -- an address's part of the ledger, to read and to print.
import { useState } from 'preact/hooks'
import type { Statement as Data, StatementLine } from '../api'
import { amount, count, dateTime } from '../format'
import { t } from '../i18n'
import { Card, Coins } from '../parts/bits'
import { useAnswer } from '../parts/series'
import { Table } from '../parts/tables'
import type { Column } from '../parts/tables'
import { base } from '../router'
import { pool } from '../state'

const AGAIN_MS = 60_000
const ways = ['month', 'day', 'entry'] as const
type By = (typeof ways)[number]

function columnsFor(by: By): Column<StatementLine>[] {
  const money = (label: string, of: (line: StatementLine) => string): Column<StatementLine> => ({
    label,
    right: true,
    cell: (line) => <Coins value={of(line)} unit={false} />,
  })
  return [
    {
      label: t('statement.time'),
      cell: (line) => (
        <>
          {by === 'entry' ? dateTime(line.time_ms!) : line.time}
          {line.block ? <span class="soft"> {count(line.block)}</span> : null}
        </>
      ),
    },
    money(t('statement.immature'), (line) => line.immature),
    money(t('statement.available'), (line) => line.available),
    money(t('statement.paid'), (line) => line.paid),
    money(t('statement.balance'), (line) => line.balance),
  ]
}

export function Statement({ address }: { address: string }) {
  const [by, setBy] = useState<By>('month')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const query = new URLSearchParams({ by, ...(from && { from }), ...(to && { to }) }).toString()
  const at = `accounts/${encodeURIComponent(address)}/statement`
  const statement = useAnswer<Data>(`${at}?${query}`, AGAIN_MS)
  const field = (id: string, label: string, value: string, set: (value: string) => void) => (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="date" value={value} onInput={(e) => set(e.currentTarget.value)} />
    </div>
  )
  return (
    <Card class="list statement">
      <h1>
        {t('statement.title')} <small class="print-only">{pool.value?.title}</small>
      </h1>
      <p class="break">{t('statement.lead', { address })}</p>
      <form class="field-row screen-only" onSubmit={(e) => e.preventDefault()}>
        <div class="field">
          <label for="by">{t('statement.by')}</label>
          <select id="by" value={by} onChange={(e) => setBy(e.currentTarget.value as By)}>
            {ways.map((way) => (
              <option value={way}>{t(`statement.by.${way}`)}</option>
            ))}
          </select>
        </div>
        {field('from', t('statement.from'), from, setFrom)}
        {field('to', t('statement.to'), to, setTo)}
      </form>
      <p class="screen-only links">
        <button class="plain" onClick={() => print()}>
          {t('statement.print')}
        </button>
        <a href={`/api/v1${base}/${at}.csv?${query}`} download={`${address}.csv`}>
          {t('statement.csv')}
        </a>
      </p>
      {statement && statement.lines.length === 0 && <p class="empty">{t('statement.none')}</p>}
      {statement && statement.lines.length > 0 && (
        <Table
          caption={t('statement.title')}
          rows={statement.lines}
          id={(line) => line.entry ?? line.time}
          columns={columnsFor(by)}
        />
      )}
      {statement && statement.lines.length > 0 && (
        <p class="total">
          {t('statement.balance')}: <b>{amount(statement.lines[statement.lines.length - 1]!.balance)}</b>{' '}
          {pool.value?.coin.ticker}
        </p>
      )}
    </Card>
  )
}
