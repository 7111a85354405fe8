// security.tsx -- where somebody is signed in, and what happened to the account.
import { dateTime } from '../format'
import { Card } from '../parts/bits'
import { Table } from '../parts/tables'
import { Passkeys, Password, Totp } from './factors'
import { useLoaded } from './load'
import { ask } from './me'
import { known, w } from './words'

interface Session {
  id: string
  is_this: boolean
  how: string
  created_ms: number
  seen_ms: number
  client: string
  agent: string
}

interface Event {
  id: string
  time_ms: number
  kind: string
  client: string
  note: string
}

function Sessions() {
  const [list, load, error] = useLoaded<{ items: Session[] }>('me/sessions')
  const end = async (id: string) => {
    await ask('DELETE', id ? 'me/sessions/' + id : 'me/sessions')
    await load()
  }
  const others = list?.items.some((s) => !s.is_this)
  return (
    <Card class="list" title={w('me.sessions.title')}>
      {error && <p class="check bad">{error}</p>}
      <Table
        caption={w('me.sessions.title')}
        rows={list?.items ?? []}
        id={(s) => s.id}
        columns={[
          { label: w('me.session.seen'), cell: (s) => dateTime(s.seen_ms) },
          { label: w('me.session.how'), cell: (s) => known('how', s.how, s.how) },
          { label: w('me.session.client'), cell: (s) => <code>{s.client}</code> },
          { label: w('me.session.agent'), cell: (s) => <span class="agent">{s.agent}</span> },
          {
            label: w('me.key.actions'),
            cell: (s) =>
              s.is_this ? (
                <span class="soft">{w('me.session.this')}</span>
              ) : (
                <button class="plain" onClick={() => end(s.id)}>
                  {w('me.session.end')}
                </button>
              ),
          },
        ]}
      />
      {others && (
        <button class="plain" onClick={() => end('')}>
          {w('me.sessions.end')}
        </button>
      )}
    </Card>
  )
}

function Events() {
  const [list] = useLoaded<{ items: Event[] }>('me/events')
  return (
    <Card class="list" title={w('me.events.title')}>
      <Table
        caption={w('me.events.title')}
        rows={list?.items ?? []}
        id={(e) => e.id}
        columns={[
          { label: w('me.event.time'), cell: (e) => dateTime(e.time_ms) },
          { label: w('me.event.what'), cell: (e) => known('event', e.kind, e.kind) },
          { label: w('me.session.client'), cell: (e) => <code>{e.client}</code> },
          { label: w('me.event.note'), cell: (e) => <span class="agent">{known('how', e.note, e.note)}</span> },
        ]}
      />
    </Card>
  )
}

export function Security() {
  return (
    <>
      <Password />
      <Totp />
      <Passkeys />
      <Sessions />
      <Events />
    </>
  )
}
