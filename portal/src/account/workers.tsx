// workers.tsx -- the workers of each address: password, difficulty, whether their owner wants to be told.
import { shorten } from '../format'
import { Card } from '../parts/bits'
import { Table } from '../parts/tables'
import { Field, Form } from './form'
import type { Values } from './form'
import { useLoaded } from './load'
import { ask, me } from './me'
import { w } from './words'

interface Worker {
  name: string
  has_password: boolean
  difficulty: string
  is_monitored: boolean
}

function OfAddress({ address }: { address: string }) {
  const path = `me/addresses/${encodeURIComponent(address)}/workers`
  const [list, load, error] = useLoaded<{ items: Worker[] }>(path)
  const save = async (values: Values) => {
    await ask('PUT', `${path}/${encodeURIComponent(values.name!.trim())}`, {
      password: values.password,
      difficulty: values.difficulty!.trim(),
      is_monitored: values.monitored === 'on',
    })
    await load()
    return w('me.saved')
  }
  const drop = async (name: string) => {
    await ask('DELETE', `${path}/${encodeURIComponent(name)}`)
    await load()
  }
  const guide = (name: string) => `/start#address=${encodeURIComponent(address)}&worker=${encodeURIComponent(name)}`
  return (
    <Card class="list" title={shorten(address, 12, 8)}>
      {error && <p class="check bad">{error}</p>}
      {list?.items.length ? (
        <Table
          caption={w('me.workers')}
          rows={list.items}
          id={(x) => x.name}
          columns={[
            { label: w('me.worker.name'), cell: (x) => x.name },
            { label: w('me.password'), cell: (x) => (x.has_password ? w('me.worker.set') : '–') },
            { label: w('me.worker.difficulty'), cell: (x) => x.difficulty || '–' },
            { label: w('me.worker.monitored'), cell: (x) => (x.is_monitored ? w('me.yes') : '–') },
            { label: w('me.worker.script'), cell: (x) => <a href={guide(x.name)}>{w('me.worker.download')}</a> },
            {
              label: w('me.worker.remove'),
              cell: (x) => (
                <button class="plain" onClick={() => drop(x.name)}>
                  {w('me.worker.remove')}
                </button>
              ),
            },
          ]}
        />
      ) : (
        <p class="empty">{w('me.workers.none')}</p>
      )}
      <details>
        <summary>{w('me.worker.add')}</summary>
        <Form name="worker" button={w('me.save')} send={save}>
          <Field label={w('me.worker.name')} name="name" input={{ maxLength: 32, pattern: '[A-Za-z0-9_\\-]+' }} />
          <Field
            label={w('me.password')}
            name="password"
            hint={w('me.worker.password.hint')}
            input={{ required: false, maxLength: 64, autocomplete: 'off' }}
          />
          <Field
            label={w('me.worker.difficulty')}
            name="difficulty"
            hint={w('me.worker.difficulty.hint')}
            input={{ required: false, inputMode: 'decimal' }}
          />
          <label class="tick">
            <input type="checkbox" name="monitored" /> {w('me.worker.monitor')}
          </label>
        </Form>
      </details>
    </Card>
  )
}

export function Workers() {
  return (
    <>
      {me.value!.addresses.map((a) => (
        <OfAddress key={a.address} address={a.address} />
      ))}
      {me.value!.addresses.length === 0 && <p class="empty">{w('me.addresses.none')}</p>}
    </>
  )
}
