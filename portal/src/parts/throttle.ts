// throttle.ts -- a value that changes at most once in a while.
import { useEffect, useRef, useState } from 'preact/hooks'

export function useThrottled<T>(value: T, ms: number): T {
  const [shown, show] = useState(value)
  const latest = useRef(value)
  latest.current = value
  useEffect(() => {
    const timer = setInterval(() => show(latest.current), ms)
    return () => clearInterval(timer)
  }, [ms])
  return shown
}
