// plot.tsx -- a chart of one or two lines or of bars, with a reading under the pointer and the same as a table.
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { dateTime } from '../format'
import { lang, t, timeZone } from '../i18n'
import { theme } from '../theme'
import { Card } from './bits'
import { Table } from './tables'

const HEIGHT = 220

export interface Line {
  label: string
  /** Which of the page's colours. */
  color: '--accent' | '--good'
  values: (number | null)[]
}

export interface PlotProps {
  title: string
  help?: string
  /** [s] of each value, ascending */
  times: number[]
  lines: Line[]
  format: (value: number) => string
  /** One bar for each value, and a line at this height. */
  barsAt?: number
  /** What a value is called in the table, when not by its time. */
  names?: string[]
}

const known = (values: (number | null)[]) => values.filter((v): v is number => v !== null)

function summaryOf({ lines, format }: PlotProps): string {
  return lines
    .map(({ label, values }) => {
      const v = known(values)
      if (!v.length) return ''
      const text = t('stats.summary', {
        min: format(Math.min(...v)),
        avg: format(v.reduce((sum, one) => sum + one, 0) / v.length),
        max: format(Math.max(...v)),
        last: format(v[v.length - 1]!),
      })
      return lines.length > 1 ? `${label}: ${text}` : text
    })
    .filter(Boolean)
    .join(' · ')
}

/** A colour of the page as it is now; the lines fade when it is given an opacity. */
function color(name: string, opacity = 1): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  return opacity === 1 ? value : `color-mix(in srgb, ${value} ${opacity * 100}%, transparent)`
}

function optionsOf(props: PlotProps, width: number, onCursor: (at: number | null) => void): uPlot.Options {
  const axis = { stroke: color('--soft'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } }
  const isBars = props.barsAt !== undefined
  const day = (s: number) => new Intl.DateTimeFormat(lang.value, { month: 'numeric', day: 'numeric', timeZone: timeZone.value }).format(s * 1000)
  const isMidnight = (s: number) => hour(s) === '00:00'
  const hour = (s: number) =>
    new Intl.DateTimeFormat(lang.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: timeZone.value }).format(s * 1000)
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { show: !isBars }, drag: { x: false, y: false } },
    tzDate: (s) => (timeZone.value ? uPlot.tzDate(new Date(s * 1000), timeZone.value) : new Date(s * 1000)),
    scales: {
      x: isBars ? { time: false, range: (_plot, min, max) => [min - 0.6, max + 0.6] } : { time: true },
      y: { range: (_plot, _min, max) => [0, Math.max(max || 1, props.barsAt ?? 0) * 1.08] },
    },
    axes: [
      isBars
        ? { ...axis, show: false }
        : { ...axis, size: 32, values: (_plot, splits) => splits.map((s) => (isMidnight(s) ? day(s) : hour(s))) },
      { ...axis, size: 78, values: (_plot, splits) => splits.map(props.format) },
    ],
    series: [
      {},
      ...props.lines.map((line) => ({
        label: line.label,
        stroke: color(line.color),
        width: isBars ? 0 : 2,
        fill: isBars ? color(line.color, 0.75) : props.lines.length === 1 ? color(line.color, 0.13) : undefined,
        points: { show: known(line.values).length < 3 && !isBars, size: 6 },
        ...(isBars ? { paths: uPlot.paths.bars!({ size: [0.7, 40] }) } : {}),
      })),
    ],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      draw: [
        (plot) => {
          if (props.barsAt === undefined) return
          const y = Math.round(plot.valToPos(props.barsAt, 'y', true))
          plot.ctx.strokeStyle = color('--soft')
          plot.ctx.setLineDash([6, 4])
          plot.ctx.beginPath()
          plot.ctx.moveTo(plot.bbox.left, y)
          plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y)
          plot.ctx.stroke()
        },
      ],
    },
  }
}

function Values(props: PlotProps) {
  const rows = props.times.map((s, i) => ({ s, i })).filter(({ i }) => props.lines.some((line) => line.values[i] != null))
  rows.reverse()
  return (
    <Table
      caption={props.title}
      rows={rows}
      id={(row) => String(row.i)}
      columns={[
        { label: t(props.names ? 'stats.block' : 'stats.time'), cell: ({ s, i }) => props.names?.[i] ?? dateTime(s * 1000) },
        ...props.lines.map((line) => ({
          label: line.label,
          right: true,
          cell: ({ i }: { i: number }) => {
            const value = line.values[i]
            return value == null ? '–' : props.format(value)
          },
        })),
      ]}
    />
  )
}

export function Plot(props: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<number | null>(null)
  const [isOpen, setOpen] = useState(false)
  const isEmpty = props.lines.every((line) => known(line.values).every((value) => value === 0))

  useEffect(() => {
    const element = box.current
    if (!element || isEmpty) return
    const data = [props.barsAt === undefined ? props.times : props.times.map((_, i) => i), ...props.lines.map((l) => l.values)]
    const plot = new uPlot(optionsOf(props, element.clientWidth, setAt), data as uPlot.AlignedData, element)
    const resizing = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    resizing.observe(element)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const repaint = () => plot.redraw()
    dark.addEventListener('change', repaint)
    return () => {
      dark.removeEventListener('change', repaint)
      resizing.disconnect()
      plot.destroy()
    }
  }, [props.times, props.lines.map((line) => line.values).flat().join(), theme.value, lang.value, isEmpty])

  const reading = at !== null && props.times[at] !== undefined
  return (
    <Card class="plot">
      <h2>{props.title}</h2>
      {props.help && <p class="soft">{props.help}</p>}
      {isEmpty ? (
        <p class="empty chart-empty">{t('stats.empty')}</p>
      ) : (
        <>
          <p class="plot-legend">
            {props.lines.map((line) => (
              <span class={'plot-key key' + line.color}>
                {line.label}
                {reading && line.values[at] != null && <b> {props.format(line.values[at]!)}</b>}
              </span>
            ))}
            <span class="soft">{reading ? (props.names?.[at] ?? dateTime(props.times[at]! * 1000)) : ''}</span>
          </p>
          <div class="plot-box" ref={box} role="img" aria-label={`${props.title}. ${summaryOf(props)}`} />
          <details onToggle={(e) => setOpen(e.currentTarget.open)}>
            <summary>{t('stats.table')}</summary>
            {isOpen && <Values {...props} />}
          </details>
        </>
      )}
    </Card>
  )
}
