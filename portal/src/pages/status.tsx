// status.tsx -- which parts of the pool work, and what has happened to it.
import type { PoolRole, Status as Data } from '../api'
import { count, dateTime, duration } from '../format'
import { t } from '../i18n'
import type { Key } from '../i18n'
import { Ago, Card } from '../parts/bits'
import { useAnswer } from '../parts/series'
import { Table } from '../parts/tables'

const AGAIN_MS = 5_000

interface Part {
  name: string
  state: PoolRole['state']
  note: string
  seen_ms?: number
  sessions?: number
}

function partsOf(data: Data): Part[] {
  const { database } = data
  const roles = (data.seen?.roles ?? []).map((role) => ({
    name: role.role === 'stratum' ? t('status.role.stratum', { node: role.node }) : t('status.role.ledger'),
    state: role.state,
    note: role.text,
    seen_ms: role.role === 'stratum' ? role.seen_ms : undefined,
    sessions: role.role === 'stratum' ? role.sessions : undefined,
  }))
  return [
    { name: t('status.role.web'), state: 'running', note: '' },
    {
      name: t('status.role.database'),
      state: database.answers ? 'running' : 'silent',
      note: database.answers ? '' : t('status.age', { age: duration(database.age_ms / 1000) }),
    },
    ...roles,
  ]
}

function State({ state }: { state: PoolRole['state'] }) {
  return <span class={'dot ' + (state === 'running' ? 'on' : 'off')}>{t(`status.${state}`)}</span>
}

function Parts({ parts }: { parts: Part[] }) {
  return (
    <Card class="list" title={t('status.parts')}>
      <Table
        caption={t('status.parts')}
        rows={parts}
        id={(part) => part.name}
        columns={[
          { label: t('status.part'), cell: (part) => part.name },
          {
            label: t('status.state'),
            cell: (part) => (
              <>
                <State state={part.state} /> {part.note && <span class="soft">{part.note}</span>}
              </>
            ),
          },
          { label: t('status.miners'), right: true, cell: (part) => (part.sessions === undefined ? '–' : count(part.sessions)) },
          { label: t('status.seen'), cell: (part) => (part.seen_ms ? <Ago ms={part.seen_ms} /> : '–') },
        ]}
      />
    </Card>
  )
}

function Daemons({ daemons }: { daemons: NonNullable<Data['seen']>['daemons'] }) {
  return (
    <Card class="list" title={t('status.daemons')}>
      {daemons.length === 0 ? (
        <p class="empty">{t('status.daemons.none')}</p>
      ) : (
        <Table
          caption={t('status.daemons')}
          rows={daemons}
          id={(d) => `${d.node} ${d.name}`}
          columns={[
            { label: t('status.part'), cell: (d) => t('status.daemon', { name: d.name, node: d.node }) },
            { label: t('status.state'), cell: (d) => `${d.state}${d.current ? ', ' + t('status.current') : ''}` },
            { label: t('status.height'), right: true, cell: (d) => count(d.height) },
          ]}
        />
      )}
    </Card>
  )
}

function Incidents({ incidents }: { incidents: NonNullable<Data['seen']>['incidents'] }) {
  return (
    <Card title={t('status.incidents')}>
      {incidents.length === 0 && <p class="empty">{t('status.incidents.none')}</p>}
      <ul class="events">
        {incidents.map((one) => (
          <li key={`${one.time_ms} ${one.kind}`}>
            <time class="soft" dateTime={new Date(one.time_ms).toISOString()}>
              {dateTime(one.time_ms)}
            </time>{' '}
            {t(`incident.${one.kind}` as Key)} {one.height ? `(${count(one.height)})` : ''}{' '}
            {one.reason && <span class="soft">{one.reason}</span>}
          </li>
        ))}
      </ul>
    </Card>
  )
}

export function Status() {
  const data = useAnswer<Data>('status', AGAIN_MS)
  if (!data) return <Card class="status-head">{data === null ? t('status.bad') : '…'}</Card>
  const parts = partsOf(data)
  const isGood = data.seen !== null && parts.every((part) => part.state === 'running' || part.state === 'stopped')
  return (
    <>
      <Card class={'status-head ' + (isGood ? 'good' : 'bad')}>
        <h1>{t('status.title')}</h1>
        <p role="status">{t(isGood ? 'status.good' : 'status.bad')}</p>
        {data.seen?.payouts_paused && <p>{t('status.paused')}</p>}
      </Card>
      <Parts parts={parts} />
      {data.seen && (
        <>
          <Daemons daemons={data.seen.daemons} />
          <Incidents incidents={data.seen.incidents} />
        </>
      )}
    </>
  )
}
