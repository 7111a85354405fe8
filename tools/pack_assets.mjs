// pack_assets.mjs DIR OUT -- writes every file of DIR into the C file OUT, as it is and compressed.
//
// The table's shape is struct asset in src/web/asset.h. What compression does not shrink is left out.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.yaml': 'application/yaml',
}

const list = (dir, prefix = '') =>
  readdirSync(join(dir, prefix))
    .sort()
    .flatMap((name) => {
      const path = prefix ? `${prefix}/${name}` : name
      return statSync(join(dir, path)).isDirectory() ? list(dir, path) : [path]
    })

const brotli = (data) =>
  brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  })

const [dir, out] = process.argv.slice(2)
const arrays = []
const rows = []

/** The initialiser of a struct asset_bytes; the bytes themselves go to an array of their own. */
const bytes = (name, data) => {
  const lines = []
  for (let i = 0; i < data.length; i += 24) lines.push('\t' + [...data.subarray(i, i + 24)].join(',') + ',')
  arrays.push(`static const unsigned char ${name}[] = {\n${lines.join('\n')}\n};`)
  return `{${name}, sizeof ${name}}`
}

list(dir).forEach((path, i) => {
  const data = readFileSync(join(dir, path))
  const type = types[extname(path)]
  if (!type) throw new Error(`pack_assets: no media type for ${path}`)
  const smaller = (name, packed) => (packed.length < data.length * 0.95 ? bytes(name, packed) : '{0}')
  const tag = createHash('sha256').update(data).digest('hex').slice(0, 16)
  rows.push(
    `\t{"${path}", "${type}", "${tag}", ${bytes(`plain_${i}`, data)}, ` +
      `${smaller(`gzip_${i}`, gzipSync(data, { level: 9 }))}, ${smaller(`br_${i}`, brotli(data))}},`,
  )
})

writeFileSync(
  out,
  `/* The portal, packed by tools/pack_assets.mjs: do not edit. */
#include "web/asset.h"

${arrays.join('\n')}

const struct asset asset_packed[] = {
${rows.join('\n')}
};
const size_t asset_packed_count = sizeof asset_packed / sizeof asset_packed[0];
`,
)
