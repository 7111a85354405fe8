// api.ts -- what the pool's API answers (docs/openapi.yaml says it in full), and how to ask.

import { base } from './router'

export interface Rates {
  now: number
  h1: number
  h24: number
}

export interface Port {
  name: string
  label: string
  url: string
  difficulty: string
  fixed: boolean
}

export interface Pool {
  time_ms: number
  stale_ms: number
  name: string
  title: string
  version: string
  coin: {
    title: string
    ticker: string
    algorithm: string
    network: string
    maturity: number
    block_time_s: number
  }
  links: { block: string; tx: string; address: string }
  reward: { scheme: string; window: number; fee_percent: number }
  payout: {
    enabled: boolean
    minimum: string
    interval_s: number
    paused: { since_ms: number; reason: string } | null
  }
  ports: Port[]
  command: string
  hashrate: Rates
  miners: number
  workers: number
  network: { height: number; difficulty: string; hashrate: number } | null
  round: { work: string; effort: number | null; since_ms: number; expected_s: number | null }
  last_block: { height: number; found_ms: number } | null
  status: { ready: boolean; text: string }
  banners: { id: string; titles: Record<string, string> }[]
}

export type BlockState = 'pending' | 'immature' | 'mature' | 'orphan' | 'rejected'

export interface Block {
  id: string
  height: number
  hash: string
  state: BlockState
  confirmations: number
  confirmations_needed: number
  reward: string
  found_ms: number
  finder: string
  finder_worker: string
  effort: number | null
}

export interface BlockDetail extends Block {
  prev_hash: string
  round_from: number | null
  proof: { id: string; text: string } | null
}

export type PaymentState = 'planned' | 'waiting' | 'refused' | 'signed' | 'broadcast' | 'confirmed' | 'conflicted'

export interface Payment {
  id: string
  txid: string
  state: PaymentState
  total: string
  network_fee: string
  recipients: number
  confirmations: number
  created_ms: number
}

export interface Chart {
  from_ms: number
  step_s: number
  hashrate: number[]
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface Worker {
  name: string
  online: boolean
  hashrate: Rates
  shares_h24: number
  last_share_ms: number
}

export interface Account {
  address: string
  hashrate: Rates
  last_share_ms: number
  workers: Worker[]
  balance: { immature: string; available: string; paying: string; paid: string }
  payout: { minimum: string; progress: number }
  payments: { id: string; txid: string; state: PaymentState; amount: string; created_ms: number }[]
  credits: {
    block: string
    height: number
    state: BlockState
    found_ms: number
    amount: string
    part: number
  }[]
  chart: Chart
}

export interface Series {
  from_ms: number
  step_s: number
  values: (number | null)[]
}

export interface Luck {
  windows: { blocks: number; counted: number; orphans: number; effort: number | null }[]
  rounds: { height: number; found_ms: number; effort: number }[]
}

export interface Miner {
  rank: number
  address: string
  workers: number
  hashrate: number
  part: number
  last_share_ms: number
}

export interface WorkerDetail extends Worker {
  address: string
  created_ms: number
  difficulty: number | null
  rejects_h24: { reason: string; shares: number }[]
}

export interface RulesPort {
  name: string
  label: string
  ports: number[]
  fixed: boolean
  tls: 'on' | 'off' | 'auto'
  difficulty: string
  min_difficulty: string
  max_difficulty: string
  share_interval_s: number
}

export interface Rules {
  reward: {
    scheme: string
    with_work: boolean
    fee_percent: number
    finder_bonus_percent: number
    pool_bonus_percent: number
    window: { by: string; factor: number; work: string; blocks: number }
    recipients: { address: string; percent: number }[]
    block_value: string
  }
  payout: {
    enabled: boolean
    minimum: string
    threshold_min: string
    threshold_max: string
    dust: string
    interval_s: number
    times: string[]
    confirmations: number
    fee_payer: 'pool' | 'miners'
  }
  ports: RulesPort[]
  maturity: number
}

export type PoolRole = { state: 'running' | 'silent' | 'stopped' | 'not_ready'; text: string } & (
  | { role: 'stratum'; node: number; seen_ms: number; sessions: number }
  | { role: 'ledger' }
)

export interface Status {
  database: { answers: boolean; age_ms: number }
  seen: {
    roles: PoolRole[]
    daemons: { node: number; name: string; state: string; height: number; current: boolean }[]
    incidents: { time_ms: number; kind: string; height?: number; reason?: string }[]
    payouts_paused: boolean
  } | null
}

export interface News {
  items: { id: string; time_ms: number; banner: boolean; texts: Record<string, { title: string; html: string }> }[]
}

export interface StatementLine {
  time: string
  time_ms?: number
  entry?: string
  block?: number | null
  immature: string
  available: string
  paid: string
  balance: string
}

export interface Statement {
  lines: StatementLine[]
}

/** What the server writes into the page. */
export interface First {
  pool: Pool | null
  pools?: { base: string; title: string }[]
  blocks?: Page<Block>
  payments?: Page<Payment>
  chart?: Chart
  account?: Account
  news?: News
  account_error?: { code: string; message: string }
}

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export async function get<T>(path: string): Promise<T> {
  const response = await fetch(`/api/v1${base}/${path}`)
  const body = await response.json().catch(() => null)
  if (response.ok && body) return body as T
  throw new ApiError(
    body?.error?.code ?? 'http_' + response.status,
    body?.error?.message ?? response.statusText,
  )
}
