// block.tsx -- one block: what it is, how its round was divided, and a check of one's own part.
import { useEffect, useState } from 'preact/hooks'
import type { BlockDetail } from '../api'
import { ApiError, get } from '../api'
import { count, dateTime, percent, shorten } from '../format'
import { t } from '../i18n'
import { Card, Coins, Copy, Effort, Explore, Miner } from '../parts/bits'
import { BlockStatus, Table } from '../parts/tables'
import { accountName, fault } from '../proof'
import type { Leaf, Proof, Round } from '../proof'
import { recent } from '../recent'
import { base, path } from '../router'
import { blocks } from '../state'

const SHOWN = 50

function Facts({ block: b }: { block: BlockDetail }) {
  return (
    <Card>
      <h1>{t('block.title', { height: count(b.height) })}</h1>
      <dl class="facts wide">
        <dt>{t('block.hash')}</dt>
        <dd>
          <Explore kind="block" id={b.hash}>
            <code class="break">{b.hash}</code>
          </Explore>
        </dd>
        <dt>{t('block.state')}</dt>
        <dd>
          <BlockStatus block={b} />
        </dd>
        <dt>{t('block.age')}</dt>
        <dd>{dateTime(b.found_ms)}</dd>
        <dt>{t('block.finder')}</dt>
        <dd>
          <Miner address={b.finder} worker={b.finder_worker} />
        </dd>
        <dt>{t('block.reward')}</dt>
        <dd>
          <Coins value={b.reward} />
        </dd>
        <dt>{t('block.effort')}</dt>
        <dd>
          <Effort value={b.effort} />
        </dd>
        {b.round_from !== null && (
          <>
            <dt>{t('block.round')}</dt>
            <dd>{t('block.heights', { from: count(b.round_from + 1), to: count(b.height) })}</dd>
          </>
        )}
      </dl>
    </Card>
  )
}

type Outcome = { state: 'good'; proof: Proof } | { state: 'bad'; why: string }

async function check(height: number, address: string): Promise<Outcome> {
  try {
    const proof = await get<Proof>(`blocks/${height}/proof/${encodeURIComponent(address)}`)
    const found = fault(proof)
    return found ? { state: 'bad', why: t(`proof.fault.${found}`) } : { state: 'good', proof }
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return { state: 'bad', why: t('proof.none') }
    return { state: 'bad', why: error instanceof Error ? error.message : String(error) }
  }
}

function Check({ block }: { block: BlockDetail }) {
  const [address, setAddress] = useState(recent.value[0] ?? '')
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void check(block.height, address).then(setOutcome)
  }
  return (
    <form class="search" onSubmit={submit}>
      <label for="own">{t('proof.own')}</label>
      <div class="search-row">
        <input
          id="own"
          required
          value={address}
          maxLength={120}
          autocomplete="off"
          spellcheck={false}
          placeholder={t('search.placeholder')}
          onInput={(e) => {
            setAddress(e.currentTarget.value.trim())
            setOutcome(null)
          }}
        />
        <button class="primary">{t('proof.check')}</button>
      </div>
      <div role="status">
        {outcome?.state === 'bad' && <p class="check bad">{outcome.why}</p>}
        {outcome?.state === 'good' && (
          <p class="check good">
            {t('proof.good', {
              part: percent(Number(outcome.proof.leaf.work) / Number(outcome.proof.root.work || 1)),
              accounts: count(outcome.proof.accounts),
            })}{' '}
            <Coins value={outcome.proof.leaf.credit} />
          </p>
        )}
      </div>
    </form>
  )
}

function ProofCard({ block }: { block: BlockDetail }) {
  if (!block.proof)
    return (
      <Card title={t('proof.title')}>
        <p class="empty">{t('proof.later')}</p>
      </Card>
    )
  return (
    <Card title={t('proof.title')} class="connect">
      <p>{t('proof.text')}</p>
      <div class="command">
        <div class="command-head">
          <code class="break">{block.proof.id}</code>
          <Copy text={block.proof.id} label={t('proof.id')} />
        </div>
        <pre tabIndex={0}>{block.proof.text}</pre>
      </div>
      <Check block={block} />
      <p class="soft">
        <a href={`/api/v1${base}/blocks/${block.height}/round`} download={`round-${block.height}.json`}>
          {t('proof.download')}
        </a>{' '}
        <code>kozan verify-round</code>
      </p>
    </Card>
  )
}

function Parts({ round }: { round: Round }) {
  const own = new Map(recent.value.map((address) => [accountName(round.block, address), address]))
  const largest = [...round.leaves].sort((a, b) => Number(b.credit) - Number(a.credit))
  const rows = largest.filter((leaf, i) => i < SHOWN || own.has(leaf.account))
  const name = (leaf: Leaf) => {
    const address = own.get(leaf.account)
    return address ? <Miner address={address} /> : <code title={leaf.account}>{shorten(leaf.account)}</code>
  }
  return (
    <Card class="list" title={t('proof.parts', { n: count(round.accounts) })}>
      <Table
        caption={t('proof.parts', { n: count(round.accounts) })}
        rows={rows}
        id={(leaf) => leaf.account}
        columns={[
          { label: t('proof.account'), cell: name },
          {
            label: t('account.part'),
            right: true,
            cell: (leaf) => percent(Number(leaf.work) / Number(round.root.work || 1)),
          },
          { label: t('payment.amount'), right: true, cell: (leaf) => <Coins value={leaf.credit} /> },
        ]}
      />
    </Card>
  )
}

export function Block() {
  const which = path.value.split('/')[2] ?? ''
  const [block, setBlock] = useState<BlockDetail | ApiError | null>(null)
  const [round, setRound] = useState<Round | null>(null)
  const listed = blocks.value?.items.find((b) => String(b.height) === which || b.hash === which)
  const seen = listed && `${listed.state} ${listed.confirmations}`

  useEffect(() => {
    get<BlockDetail>('blocks/' + encodeURIComponent(which)).then(setBlock, setBlock)
  }, [which, seen])
  const proof = block && 'proof' in block ? block.proof?.id : undefined
  useEffect(() => {
    setRound(null)
    if (proof) get<Round>(`blocks/${encodeURIComponent(which)}/round`).then(setRound, () => undefined)
  }, [which, proof])

  if (!block) return <p class="empty">…</p>
  if (block instanceof Error)
    return (
      <Card>
        <h1>{t('error.title')}</h1>
        <p>{block.code === 'not_found' ? t('block.unknown') : t('error.load', { reason: block.message })}</p>
      </Card>
    )
  return (
    <div class="columns">
      <div class="stack">
        <Facts block={block} />
        {round && <Parts round={round} />}
      </div>
      <ProofCard block={block} />
    </div>
  )
}
