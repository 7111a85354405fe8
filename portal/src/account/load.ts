// load.ts -- a list of the server's, read when the page opens and again when something has changed.
import { useEffect, useState } from 'preact/hooks'
import { ask } from './me'

export function useLoaded<T>(path: string): [T | null, () => Promise<void>, string] {
  const [data, setData] = useState<T | null>(null)
  const [error, setError] = useState('')
  const load = () => ask<T>('GET', path).then(setData, (reason) => setError(reason.message))
  useEffect(() => void load(), [path])
  return [data, load, error]
}
