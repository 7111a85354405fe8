// portal_budget.mjs DIST -- ends with 1 when the built portal is heavier than a phone should have to carry.
//
// Sizes are those of brotli, as they are sent. The build runs it: tools/build_portal.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'

const budgets = {
  'initial JavaScript': 25_000, // the entry, what it imports, and the words of one language
  'initial CSS': 12_000,
  'first visit to an address': 80_000, // with everything that page loads later, and a page of data
}
const DATA = 12_000 // the page of an address with many workers, compressed

const dist = process.argv[2]
const assets = join(dist, 'assets')
const names = readdirSync(assets)
const size = (name) => brotliCompressSync(readFileSync(join(assets, name))).length
const sum = (list) => list.reduce((total, name) => total + size(name), 0)
const named = (pattern) => names.filter((name) => pattern.test(name))

/** A script and all that it imports at once. */
function withImports(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  const text = readFileSync(join(assets, name), 'utf8')
  for (const [, other] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) withImports(other, found)
  return found
}

const html = readFileSync(join(dist, 'index.html'), 'utf8')
const linked = [...html.matchAll(/\/assets\/([^"]+)/g)].map((match) => match[1])
const heaviest = (list) => Math.max(0, ...list.map(size))
const initial = new Set(linked.filter((name) => name.endsWith('.js')).flatMap((name) => [...withImports(name)]))
const styles = linked.filter((name) => name.endsWith('.css'))
const words = heaviest(named(/^words-\w+\./))
const later = named(/^(plot|history)-.*\.(js|css)$/)

const measured = {
  'initial JavaScript': sum([...initial]) + words,
  'initial CSS': sum(styles),
  'first visit to an address':
    sum([...initial]) + words + sum(styles) + sum(later) + heaviest(named(/^words-\w+-stats\./)) + heaviest(named(/\.svg$/)) + DATA,
}
for (const [what, bytes] of Object.entries(measured)) {
  const verdict = bytes > budgets[what] ? 'OVER ITS BUDGET of' : 'of'
  console.log(`portal: ${what}: ${bytes} bytes ${verdict} ${budgets[what]}`)
  if (bytes > budgets[what]) process.exitCode = 1
}
