// me.ts -- who is signed in, and how the server is asked for things that are his.
import { signal } from '@preact/signals'
import { ApiError } from '../api'
import { known } from './words'

export interface Me {
  id: string
  csrf: string
  created_ms: number
  lang: string
  time_zone: string
  email: string
  has_password: boolean
  has_totp: boolean
  recovery_codes: number
  session: string
  addresses: { address: string; proved_ms: number }[]
}

/** null: nobody; undefined: not known yet. */
export const me = signal<Me | null | undefined>(undefined)

export async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const headers: Record<string, string> = {}
  if (body) headers['Content-Type'] = 'application/json'
  if (me.value) headers['X-CSRF-Token'] = me.value.csrf
  const response = await fetch('/api/v1/' + path, {
    method,
    headers,
    body: body && JSON.stringify(body),
  })
  const answer = await response.json().catch(() => null)
  if (response.ok) return answer as T
  const { code = 'http_' + response.status, message = response.statusText } = answer?.error ?? {}
  if (code === 'signed_out') me.value = null
  throw new ApiError(code, known('error', code, message))
}

export async function loadMe() {
  try {
    me.value = await ask<Me>('GET', 'me')
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'signed_out') throw error
  }
}
