// api.ts -- what the pool's API answers (docs/openapi.yaml says it in full), and how to ask.

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
  coin: { title: string; ticker: string; algorithm: string; network: string; maturity: number }
  links: { block: string; tx: string; address: string }
  reward: { scheme: 'pplns' | 'prop'; window: number; fee_percent: number }
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

/** What the server writes into the page. */
export interface First {
  pool: Pool | null
  blocks?: Page<Block>
  payments?: Page<Payment>
  chart?: Chart
  account?: Account
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
  const response = await fetch('/api/v1/' + path)
  const body = await response.json().catch(() => null)
  if (response.ok && body) return body as T
  throw new ApiError(
    body?.error?.code ?? 'http_' + response.status,
    body?.error?.message ?? response.statusText,
  )
}
