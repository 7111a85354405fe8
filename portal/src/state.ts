// state.ts -- what the pages show: the server's first data, then live events, or polling without them.
import { signal } from '@preact/signals'
import type { Account, Block, Chart, First, Page, Payment, Pool } from './api'
import { ApiError, get } from './api'
import { base, replace } from './router'

const first: First = JSON.parse(document.getElementById('first')?.textContent || '{"pool":null}')

/** The pools of this deployment; none where there is but one. */
export const pools = first.pools ?? []
export const pool = signal<Pool | null>(first.pool)
export const blocks = signal<Page<Block> | null>(first.blocks ?? null)
export const payments = signal<Page<Payment> | null>(first.payments ?? null)
export const chart = signal<Chart | null>(first.chart ?? null)
/** The account of the page that is open; an ApiError says why there is none. */
export const account = signal<Account | ApiError | null>(first.account ?? null)
let firstError = first.account_error
export const firstNews = first.news

export type Link = 'on' | 'polling' | 'off'
export const link = signal<Link>('off')

/** The server's clock, ticking; ages are counted from it. */
export const now = signal(first.pool?.time_ms ?? Date.now())
let skew = now.value - Date.now()
setInterval(() => (now.value = Date.now() + skew), 1000)

const POLL_MS = 15_000
const CHART_MS = 300_000
const HIDDEN_MS = 60_000

let source: EventSource | null = null
let topics = ''
let address: string | null = null

function takePool(change: Partial<Pool>) {
  if (change.time_ms) skew = change.time_ms - Date.now()
  pool.value = { ...pool.value, ...change } as Pool
}

/** Rows that are new or have changed, put into those that are here: the newest first. */
function merged<T extends { id: string }>(old: Page<T> | null, fresh: Page<T>): Page<T> {
  if (!old?.items.length) return fresh
  const known = new Set(old.items.map((row) => row.id))
  const byId = new Map(fresh.items.map((row) => [row.id, row]))
  const added = fresh.items.filter((row) => !known.has(row.id))
  return { items: [...added, ...old.items.map((row) => byId.get(row.id) ?? row)], next: old.next }
}

const takeBlocks = (fresh: Page<Block>) => (blocks.value = merged(blocks.value, fresh))
const takePayments = (fresh: Page<Payment>) => (payments.value = merged(payments.value, fresh))

function takeAccount(fresh: Account) {
  if (address !== fresh.address) return
  const old = account.value
  account.value = old && 'balance' in old && old.address === fresh.address ? { ...old, ...fresh } : fresh
}

async function loadAccount(wanted: string) {
  try {
    const found = await get<Account>('accounts/' + encodeURIComponent(wanted))
    if (wanted !== address) return
    account.value = found
    if (found.address !== wanted) replace('/a/' + found.address) // another spelling of it
  } catch (error) {
    if (wanted !== address || (account.value && 'balance' in account.value)) return
    account.value = error instanceof ApiError ? error : new ApiError('offline', String(error))
    listenTo(wanted)
  }
}

async function loadAll() {
  const none = () => undefined
  await Promise.all([
    get<Pool>('pool').then(takePool, none),
    get<Page<Block>>('blocks').then(takeBlocks, none),
    get<Page<Payment>>('payments').then(takePayments, none),
    address ? loadAccount(address) : undefined,
  ])
}

const loadChart = () =>
  get<Chart>('chart').then(
    (fresh) => (chart.value = fresh),
    () => undefined,
  )

function listen() {
  source?.close()
  source = new EventSource(`/api/v1${base}/live?topics=${topics}`)
  const on = <T>(name: string, take: (data: T) => void) =>
    source!.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent).data)))
  on<Partial<Pool>>('pool', takePool)
  on<Page<Block>>('blocks', takeBlocks)
  on<Page<Payment>>('payments', takePayments)
  on<Account>('addr', takeAccount)
  source.onopen = () => (link.value = 'on')
  source.onerror = () => {
    // CLOSED: the server refused, the browser will not try again by itself.
    link.value = source?.readyState === EventSource.CLOSED ? 'polling' : 'off'
  }
}

/** One stream for all that is shown; an address that is none is left out. */
function listenTo(wanted: string | null) {
  const isNone = account.value instanceof ApiError && account.value.code === 'address_invalid'
  const next = 'pool,blocks,payments' + (wanted && !isNone ? ',addr:' + encodeURIComponent(wanted) : '')
  if (next === topics && source) return
  topics = next
  listen()
}

/** Follow the pool and, on an account's page, that account. */
export function follow(wanted: string | null) {
  if (wanted !== address) {
    if (!(account.value && 'address' in account.value && account.value.address === wanted))
      account.value = null
    address = wanted
    if (firstError && wanted) account.value = new ApiError(firstError.code, firstError.message)
    firstError = undefined
    if (wanted && !account.value) void loadAccount(wanted)
  }
  listenTo(wanted)
}

export async function loadMoreBlocks() {
  const have = blocks.value
  if (!have?.next) return
  const more = await get<Page<Block>>('blocks?before=' + have.next)
  blocks.value = { items: [...have.items, ...more.items], next: more.next }
}

export async function loadMorePayments() {
  const have = payments.value
  if (!have?.next) return
  const more = await get<Page<Payment>>('payments?before=' + have.next)
  payments.value = { items: [...have.items, ...more.items], next: more.next }
}

export function startState() {
  if (!blocks.value || !payments.value || !pool.value) void loadAll()
  if (!chart.value) void loadChart()
  setInterval(() => {
    if (!document.hidden && link.value !== 'on') void loadAll()
  }, POLL_MS)
  setInterval(() => {
    if (!document.hidden) void loadChart()
  }, CHART_MS)

  let hidden: number | undefined
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden)
    if (document.hidden) {
      hidden = window.setTimeout(() => {
        source?.close()
        source = null
        link.value = 'off'
      }, HIDDEN_MS)
    } else if (!source || source.readyState === EventSource.CLOSED) {
      listen()
    }
  })
}
