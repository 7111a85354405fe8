// history.tsx -- an address's hash rate over longer times, for its dashboard.
import { useState } from 'preact/hooks'
import { hashrate } from '../format'
import { t } from '../i18n'
import { Plot } from './plot'
import { RangePicker, timesOf, useSeries } from './series'
import type { Range } from './series'

export function History({ address }: { address: string }) {
  const [range, setRange] = useState<Range>('7d')
  const series = useSeries(`accounts/${encodeURIComponent(address)}/series`, range)
  return (
    <div class="history">
      <RangePicker value={range} onPick={setRange} />
      {series && (
        <Plot
          title={t('account.hashrate')}
          times={timesOf(series)}
          lines={[{ label: t('account.hashrate'), color: '--accent', values: series.values }]}
          format={hashrate}
        />
      )}
    </div>
  )
}
