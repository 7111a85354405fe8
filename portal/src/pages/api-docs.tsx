// api-docs.tsx -- the API from its own description: what can be asked, what comes back, and a way to try it.
import { useState } from 'preact/hooks'
import description from 'virtual:openapi'
import { t } from '../i18n'
import { Card, Copy } from '../parts/bits'

type Schema = {
  $ref?: string
  type?: string | string[]
  description?: string
  enum?: string[]
  items?: Schema
  properties?: Record<string, Schema>
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}
type Parameter = { $ref?: string; name: string; in: string; required?: boolean; description?: string; schema?: Schema }
type Response = { $ref?: string; description: string; content?: Record<string, { schema?: Schema }> }
type Operation = {
  summary: string
  description?: string
  parameters?: Parameter[]
  responses: Record<string, Response>
}

const DEPTH_MAX = 4
const SHOWN_MAX = 20_000

/** What "#/components/…" points to; anything else is itself. */
function resolve<T extends { $ref?: string }>(value: T): T {
  if (!value.$ref) return value
  const at = value.$ref.slice(2).split('/')
  return resolve(at.reduce((node, key) => (node as Record<string, unknown>)[key], description as unknown) as T)
}

function typeName(schema: Schema): string {
  const s = resolve(schema)
  const some = s.anyOf ?? s.oneOf
  if (some) return some.map(typeName).join(' | ')
  if (s.enum) return s.enum.map((word) => `"${word}"`).join(' | ')
  if (s.items) return typeName(s.items) + '[]'
  return Array.isArray(s.type) ? s.type.join(' | ') : (s.type ?? 'any')
}

/** `words` between backticks as code. */
function Text({ text }: { text: string }) {
  return <>{text.split('`').map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</>
}

/** The object inside of arrays and choices, if there is one. */
function objectIn(schema: Schema): Schema | undefined {
  const s = resolve(schema)
  if (s.properties) return s
  if (s.allOf)
    return { properties: Object.assign({}, ...s.allOf.map((part) => objectIn(part)?.properties)) as Record<string, Schema> }
  if (s.items) return objectIn(s.items)
  return (s.anyOf ?? s.oneOf)?.map(objectIn).find(Boolean)
}

function Members({ schema, depth = 0 }: { schema: Schema; depth?: number }) {
  const object = objectIn(schema)
  if (!object || depth >= DEPTH_MAX) return null
  return (
    <ul class="members">
      {Object.entries(object.properties!).map(([name, member]) => (
        <li key={name}>
          <code>{name}</code> <span class="soft">{typeName(member)}</span>
          {' '}
          <Text text={resolve(member).description ?? ''} />
          <Members schema={member} depth={depth + 1} />
        </li>
      ))}
    </ul>
  )
}

type Answer = { status: string; text: string }

async function ask(url: string): Promise<Answer> {
  try {
    const response = await fetch(url)
    let text = await response.text()
    if (response.headers.get('Content-Type')?.includes('json')) text = JSON.stringify(JSON.parse(text), null, 2)
    if (text.length > SHOWN_MAX) text = text.slice(0, SHOWN_MAX) + '\n…'
    return { status: `${response.status} ${response.statusText}`, text }
  } catch (error) {
    return { status: String(error), text: '' }
  }
}

function Try({ path, parameters }: { path: string; parameters: Parameter[] }) {
  const [values, setValues] = useState<Record<string, string>>({})
  const [answer, setAnswer] = useState<Answer | null>(null)
  const filled = parameters.filter((p) => p.in === 'query' && values[p.name])
  const query = new URLSearchParams(filled.map((p) => [p.name, values[p.name]!] as [string, string])).toString()
  const place = path.replace(/\{(\w+)\}/g, (hole, name) => (values[name] ? encodeURIComponent(values[name]!) : hole))
  const url = place + (query && '?' + query)
  const isReady = parameters.every((p) => !p.required || values[p.name])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void ask(url).then(setAnswer)
  }
  return (
    <form onSubmit={submit}>
      <div class="field-row">
        {parameters.map((p) => (
          <div class="field" key={p.name}>
            <label for={path + p.name}>
              <code>{p.name}</code> <Text text={p.description ?? ''} />
            </label>
            <input
              id={path + p.name}
              required={p.required}
              autocomplete="off"
              spellcheck={false}
              placeholder={typeName(p.schema ?? {})}
              onInput={(e) => setValues({ ...values, [p.name]: e.currentTarget.value.trim() })}
            />
          </div>
        ))}
      </div>
      <div class="command">
        <div class="command-head">
          <code>{url}</code>
          <Copy text={location.origin + url} label={url} />
        </div>
        {answer && (
          <>
            <p class="soft" role="status">
              {answer.status}
            </p>
            <pre tabIndex={0} class="answer">
              {answer.text}
            </pre>
          </>
        )}
      </div>
      <button class="plain" disabled={!isReady}>
        {t('docs.try')}
      </button>
    </form>
  )
}

function Call({ path, operation }: { path: string; operation: Operation }) {
  const parameters = (operation.parameters ?? []).map(resolve).filter((p) => p.in !== 'header')
  const good = operation.responses['200']
  const [type, content] = Object.entries(good ? (resolve(good).content ?? {}) : {})[0] ?? []
  const isStream = type === 'text/event-stream'
  return (
    <Card class="call" id={path.replace(/[^\w]+/g, '-')}>
      <h2>
        <code>GET {path}</code>
      </h2>
      <p>{operation.summary}</p>
      {operation.description && (
        <p class="soft">
          <Text text={operation.description} />
        </p>
      )}
      {!isStream && <Try path={path} parameters={parameters} />}
      {content?.schema && objectIn(content.schema) && (
        <details>
          <summary>{t('docs.answer')}</summary>
          <Members schema={content.schema} />
        </details>
      )}
    </Card>
  )
}

export function ApiDocs() {
  const { info, paths } = description as unknown as {
    info: { title: string; description: string }
    paths: Record<string, { get?: Operation }>
  }
  return (
    <>
      <Card>
        <h1>{info.title}</h1>
        <div lang="en">
          {info.description.split(/\n\s*\n/).map((text) => (
            <p key={text}>
              <Text text={text} />
            </p>
          ))}
        </div>
        <p>
          <a href="/api/v1/openapi.yaml">openapi.yaml</a>
        </p>
      </Card>
      {Object.entries(paths).map(([path, { get }]) => get && <Call key={path} path={path} operation={get} />)}
    </>
  )
}
