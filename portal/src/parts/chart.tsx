// chart.tsx -- a hash rate over time: one area, a reading under the pointer, a summary in words.
import { useRef, useState } from 'preact/hooks'
import type { Chart as Data } from '../api'
import { clock, hashrate } from '../format'
import { t } from '../i18n'

const WIDTH = 600
const HEIGHT = 140
const TOP = 8

/** A smooth line through the points that never swings beyond them (monotone in x). */
function line(points: [number, number][]): string {
  let d = `M${points[0]![0].toFixed(1)},${points[0]![1].toFixed(1)}`
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1]!
    const [x1, y1] = points[i]!
    const middle = ((x0 + x1) / 2).toFixed(1)
    d += `C${middle},${y0.toFixed(1)} ${middle},${y1.toFixed(1)} ${x1.toFixed(1)},${y1.toFixed(1)}`
  }
  return d
}

export function Chart({ data }: { data: Data | null }) {
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<number | null>(null)
  const values = data?.hashrate ?? []
  const highest = Math.max(...values, 0)
  if (!data || values.length < 2 || highest === 0) return <p class="empty chart-empty">{t('chart.empty')}</p>

  const x = (i: number) => (i / (values.length - 1)) * WIDTH
  const y = (v: number) => HEIGHT - (v / highest) * (HEIGHT - TOP)
  const path = line(values.map((v, i) => [x(i), y(v)]))
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const summary = t('chart.summary', {
    min: hashrate(Math.min(...values)),
    avg: hashrate(mean),
    max: hashrate(highest),
  })
  const time = (i: number) => clock(data.from_ms + i * data.step_s * 1000)

  const move = (event: PointerEvent) => {
    const rect = box.current!.getBoundingClientRect()
    const i = Math.round(((event.clientX - rect.left) / rect.width) * (values.length - 1))
    setAt(Math.max(0, Math.min(values.length - 1, i)))
  }
  return (
    <figure class="chart">
      <div class="chart-box" ref={box} onPointerMove={move} onPointerLeave={() => setAt(null)}>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${t('chart.label')}. ${summary}`}
        >
          <path class="chart-grid" d={`M0,${y(highest / 2)}H${WIDTH}M0,${TOP}H${WIDTH}`} />
          <path class="chart-area" d={`${path}V${HEIGHT}H0Z`} />
          <path class="chart-line" d={path} />
          {at !== null && <path class="chart-cursor" d={`M${x(at)},0V${HEIGHT}`} />}
        </svg>
        <span class="chart-max">{hashrate(highest)}</span>
        {at !== null && (
          <span class="chart-tip" style={{ left: `${Math.max(12, Math.min(88, (x(at) / WIDTH) * 100))}%` }}>
            {time(at)} <b>{hashrate(values[at]!)}</b>
          </span>
        )}
      </div>
      <figcaption>
        <span>{time(0)}</span>
        <span>{t('chart.label')}</span>
        <span>{time(values.length - 1)}</span>
      </figcaption>
    </figure>
  )
}
