// recent.ts -- the addresses this browser has looked at; they never leave it.
import { signal } from '@preact/signals'

const KEY = 'kozan.recent'
const MAX = 4

function read(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(list) ? list.filter((x): x is string => typeof x === 'string') : []
  } catch {
    return []
  }
}

export const recent = signal(read())

export function remember(address: string) {
  recent.value = [address, ...recent.value.filter((other) => other !== address)].slice(0, MAX)
  try {
    localStorage.setItem(KEY, JSON.stringify(recent.value))
  } catch {
    // a browser without storage forgets, that is all
  }
}
