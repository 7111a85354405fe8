// proof.ts -- checks an account's part of a published round, with the bytes of docs/provable-rounds.md.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

export interface Sums {
  work: string
  credit: string
}
export interface Leaf extends Sums {
  account: string
}
export interface TreeNode extends Sums {
  hash: string
  side?: 'left' | 'right'
}
export interface RoundHead {
  id: string
  text: string
  block: string
  height: number
  reward: string
  fee: string
  accounts: number
  root: TreeNode
}
export interface Proof extends RoundHead {
  address: string
  leaf: Leaf
  branch: TreeNode[]
}
export interface Round extends RoundHead {
  leaves: Leaf[]
}

const LIMIT = 1n << 63n
const LEAF = new Uint8Array([0])
const INNER = new Uint8Array([1])

/** "12.50000000" in the coin's smallest unit. */
function units(coins: string): bigint {
  const [whole, rest = ''] = coins.split('.')
  return BigInt(whole + rest.padEnd(8, '0'))
}

function bytesOf(value: bigint): Uint8Array {
  if (value < 0n || value >= LIMIT) throw new RangeError('a sum is negative or too large')
  return hexToBytes(value.toString(16).padStart(16, '0'))
}

interface Node {
  hash: Uint8Array
  work: bigint
  credit: bigint
}

const read = (node: TreeNode): Node => ({
  hash: hexToBytes(node.hash),
  work: BigInt(node.work),
  credit: units(node.credit),
})
const sums = (node: { work: bigint; credit: bigint }) => [bytesOf(node.work), bytesOf(node.credit)]

function join(left: Node, right: Node): Node {
  const hash = sha256(concatBytes(INNER, left.hash, ...sums(left), right.hash, ...sums(right)))
  return { hash, work: left.work + right.work, credit: left.credit + right.credit }
}

/** Under which name an address stands in the round of a block. */
export const accountName = (block: string, address: string) =>
  bytesToHex(sha256(utf8ToBytes(`kozan account 1\n${block}\n${address}`)))

/** Why this is no proof; null: it is one. */
export function fault(proof: Proof): 'account' | 'root' | 'text' | null {
  const { leaf, root } = proof
  if (leaf.account !== accountName(proof.block, proof.address)) return 'account'
  const own = { work: BigInt(leaf.work), credit: units(leaf.credit) }
  let node: Node = { hash: sha256(concatBytes(LEAF, hexToBytes(leaf.account), ...sums(own))), ...own }
  for (const step of proof.branch) node = step.side === 'left' ? join(read(step), node) : join(node, read(step))
  sums(node)
  if (bytesToHex(node.hash) !== root.hash || node.work !== BigInt(root.work) || node.credit !== units(root.credit))
    return 'root'
  const says = (line: string) => proof.text.includes(`\n${line}\n`)
  const isTold =
    says(`block ${proof.block}`) && says(`counted ${root.work}`) && says(`credited ${root.credit}`) && says(`root ${root.hash}`)
  return isTold && bytesToHex(sha256(utf8ToBytes(proof.text))) === proof.id ? null : 'text'
}
