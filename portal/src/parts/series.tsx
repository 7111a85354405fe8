// series.tsx -- numbers over time from the API, and the choice of how long a time.
import { useEffect, useState } from 'preact/hooks'
import { get } from '../api'
import type { Series } from '../api'
import { t } from '../i18n'

export const ranges = ['24h', '7d', '30d', '1y'] as const
export type Range = (typeof ranges)[number]

const AGAIN_MS = 120_000

/** What the API answers at path, asked again now and then; undefined: not yet, null: it could not be had. */
export function useAnswer<T>(path: string, again_ms = AGAIN_MS): T | null | undefined {
  const [answer, setAnswer] = useState<{ path: string; data: T | null }>()
  useEffect(() => {
    let isOver = false
    const ask = () =>
      get<T>(path).then(
        (data) => !isOver && setAnswer({ path, data }),
        () => !isOver && setAnswer((old) => (old?.path === path ? old : { path, data: null })),
      )
    void ask()
    const timer = setInterval(() => !document.hidden && void ask(), again_ms)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [path, again_ms])
  return answer?.path === path ? answer.data : undefined
}

export const useSeries = (path: string, range: Range) => useAnswer<Series>(`${path}?range=${range}`)

/** [s] of each value */
export const timesOf = (series: Series) => series.values.map((_, i) => series.from_ms / 1000 + i * series.step_s)

export function RangePicker(props: { value: Range; onPick: (range: Range) => void }) {
  return (
    <fieldset class="choice ranges">
      <legend class="hidden">{t('stats.range')}</legend>
      <div class="choices">
        {ranges.map((range) => (
          <label key={range}>
            <input type="radio" name="range" checked={range === props.value} onChange={() => props.onPick(range)} />
            <span>{t(`stats.range.${range}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
