// start.tsx -- getting started: from device, program and address to a command, then to the first share.
import { useEffect, useState } from 'preact/hooks'
import type { Account, Pool } from '../api'
import { ApiError, get } from '../api'
import { difficulty, shorten } from '../format'
import { t } from '../i18n'
import type { Key } from '../i18n'
import { Away, Card, Copy } from '../parts/bits'
import { Qr } from '../parts/qr'
import { FirstShare } from '../parts/first-share'
import { commandOf, devices, hasCommand, programsFor, scriptOf } from '../programs'
import type { Device, Order } from '../programs'
import { pool } from '../state'

const CHECK_MS = 400
const fields = ['device', 'program', 'port', 'address', 'worker', 'threads'] as const
type Form = Record<(typeof fields)[number], string>

/** The choices are kept behind the # of the address bar: a link keeps them, no server sees them. */
function readForm(): Form {
  const hash = new URLSearchParams(location.hash.slice(1))
  const read = (name: string) => (hash.get(name) ?? '').slice(0, 128)
  const form = Object.fromEntries(fields.map((name) => [name, read(name)])) as Form
  form.worker = cleanName(form.worker)
  return form
}

function writeForm(form: Form) {
  const filled = fields.filter((name) => form[name]).map((name) => [name, form[name]] as [string, string])
  history.replaceState(null, '', '#' + new URLSearchParams(filled))
}

function guessDevice(): Device {
  const agent = navigator.userAgent
  if (/Windows/.test(agent)) return 'windows'
  if (/Mac OS X|iPhone|iPad/.test(agent)) return 'macos'
  return 'linux'
}

const cleanName = (text: string) => text.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 32)

type Check = { state: 'none' | 'asking' | 'good' } | { state: 'bad'; why: string }

/** Whether the pool can pay to what was typed; the server judges, it knows the coin's addresses. */
function useAddressCheck(typed: string): [Check, string] {
  const [check, setCheck] = useState<Check>({ state: 'none' })
  const [address, setAddress] = useState('')
  useEffect(() => {
    let isOld = false
    setAddress('')
    setCheck({ state: typed ? 'asking' : 'none' })
    if (!typed) return
    const take = (good: string) => {
      if (isOld) return
      setCheck({ state: 'good' })
      setAddress(good)
    }
    const timer = setTimeout(() => {
      get<Account>('accounts/' + encodeURIComponent(typed)).then(
        (account) => take(account.address),
        (error) => {
          if (isOld) return
          if (error instanceof ApiError && error.code === 'account_unknown') take(typed)
          else setCheck({ state: 'bad', why: error.message })
        },
      )
    }, CHECK_MS)
    return () => {
      isOld = true
      clearTimeout(timer)
    }
  }, [typed])
  return [check, address]
}

function Choice(props: {
  name: string
  legend: string
  value: string
  options: { value: string; title: string; note?: string }[]
  onPick: (value: string) => void
}) {
  return (
    <fieldset class="choice">
      <legend>{props.legend}</legend>
      <div class="choices">
        {props.options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={props.name}
              value={option.value}
              checked={option.value === props.value}
              onChange={() => props.onPick(option.value)}
            />
            <span>
              {option.title}
              {option.note && <small> {option.note}</small>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Address(props: { typed: string; check: Check; onType: (text: string) => void }) {
  const coin = pool.value?.coin.title ?? ''
  const { check } = props
  return (
    <div class="field">
      <label for="pay-to">{t('search.label', { coin })}</label>
      <input
        id="pay-to"
        value={props.typed}
        maxLength={120}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-invalid={check.state === 'bad'}
        aria-describedby="pay-to-check"
        placeholder={t('search.placeholder')}
        onInput={(e) => props.onType(e.currentTarget.value.trim())}
      />
      <p id="pay-to-check" class={'check ' + check.state} role="status">
        {check.state === 'bad' ? check.why : t(`start.check.${check.state}`)}
      </p>
    </div>
  )
}

function download(name: string, text: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

function Command({ device, command }: { device: Device; command: string }) {
  const script = scriptOf(device, command)
  return (
    <>
      <div class="command">
        <div class="command-head">
          <span class="soft">{t('start.command')}</span>
          <Copy text={command} label={t('start.command')} />
        </div>
        <pre tabIndex={0}>{command}</pre>
      </div>
      <p>
        <button class="plain" onClick={() => download(script.name, script.text)}>
          {t('start.download', { name: script.name })}
        </button>{' '}
        <span class="soft">{t('start.download_note')}</span>
      </p>
    </>
  )
}

/** For devices with a page of settings instead of a command line. */
function Settings({ order }: { order: Order }) {
  const rows: [Key, string][] = [
    ['start.field.url', order.url],
    ['start.field.user', order.user],
    ['start.field.password', order.password],
  ]
  return (
    <ul class="ports">
      {rows.map(([key, value]) => (
        <li class="port" key={key}>
          <div class="port-name">{t(key)}</div>
          <code class="port-url">{value}</code>
          <Copy text={value} label={t(key)} />
        </li>
      ))}
    </ul>
  )
}

function Guide({ pool: p }: { pool: Pool }) {
  const [form, setForm] = useState(readForm)
  const set = (name: keyof Form) => (value: string) => {
    const next = { ...form, [name]: value }
    writeForm(next)
    setForm(next)
  }
  const device = devices.find((d) => d === form.device) ?? guessDevice()
  const programs = programsFor(device, p.coin.algorithm)
  const program = programs.find((one) => one.id === form.program) ?? programs[0]
  const port = p.ports.find((one) => one.name === form.port) ?? p.ports[0]
  const threads = /^[1-9]\d{0,2}$/.test(form.threads) ? Number(form.threads) : null
  const [check, address] = useAddressCheck(form.address)
  const user = (address || t('connect.address')) + (form.worker && '.' + form.worker)
  const order = { url: port?.url ?? '', user, password: 'x', threads }
  const page = `${location.origin}/a/${address}`

  return (
    <div class="columns">
      <Card>
        <h1>{t('start.title', { coin: p.coin.title })}</h1>
        <Choice
          name="device"
          legend={t('start.device')}
          value={device}
          options={devices.map((d) => ({ value: d, title: t(`start.device.${d}`) }))}
          onPick={set('device')}
        />
        {hasCommand(device) && program && (
          <>
            <Choice
              name="program"
              legend={t('start.program')}
              value={program.id}
              options={programs.map((one) => ({ value: one.id, title: one.title }))}
              onPick={set('program')}
            />
            <p class="soft">
              {t('start.get')}{' '}
              <a href={program.site} target="_blank" rel="noopener noreferrer">
                {program.site.replace('https://', '')}
              </a>
            </p>
          </>
        )}
        <Address typed={form.address} check={check} onType={set('address')} />
        <div class="field-row">
          <div class="field">
            <label for="worker">{t('start.worker')}</label>
            <input
              id="worker"
              value={form.worker}
              maxLength={32}
              autocomplete="off"
              spellcheck={false}
              placeholder="rig1"
              onInput={(e) => set('worker')(cleanName(e.currentTarget.value))}
            />
          </div>
          {hasCommand(device) && (
            <div class="field">
              <label for="threads">{t('start.threads')}</label>
              <input
                id="threads"
                value={form.threads}
                inputMode="numeric"
                maxLength={3}
                placeholder={t('start.threads_all')}
                onInput={(e) => set('threads')(e.currentTarget.value.replace(/\D/g, ''))}
              />
            </div>
          )}
        </div>
        {p.ports.length > 1 && (
          <Choice
            name="port"
            legend={t('start.port')}
            value={port!.name}
            options={p.ports.map((one) => ({
              value: one.name,
              title: one.label,
              note: `${t('connect.difficulty')} ${difficulty(one.difficulty)}`,
            }))}
            onPick={set('port')}
          />
        )}
      </Card>
      <div class="stack">
        <Card title={t('start.run')} class="connect">
          {hasCommand(device) && program ? (
            <Command device={device} command={commandOf(program, device, p.coin.algorithm, order)} />
          ) : (
            <Settings order={order} />
          )}
          {device === 'windows' && <p class="soft">{t('start.antivirus')}</p>}
        </Card>
        {address && (
          <>
            <FirstShare address={address} worker={form.worker} />
            <Card title={t('start.phone')} class="phone">
              <Qr text={page} label={t('start.phone')} />
              <p>
                <a href={'/a/' + address}>{shorten(address, 10, 8)}</a>
                <br />
                <span class="soft">{t('start.phone_note')}</span>
              </p>
            </Card>
          </>
        )}
      </div>
    </div>
  )
}

export function Start() {
  return pool.value ? <Guide pool={pool.value} /> : <Away />
}
