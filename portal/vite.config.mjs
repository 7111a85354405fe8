// vite.config.mjs -- builds the portal; refuses catalogues that do not say the same things.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { parse } from 'yaml'

const here = dirname(fileURLToPath(import.meta.url))
const catalogues = join(here, 'src/i18n')
const openapi = process.env.OPENAPI ?? join(here, '../docs/openapi.yaml')

const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join()

const read = (...path) => JSON.parse(readFileSync(join(catalogues, ...path), 'utf8'))
const languages = readdirSync(catalogues).filter((file) => file.endsWith('.json'))
const parts = readdirSync(catalogues).filter((file) => !file.endsWith('.json'))

/** Every language has exactly the keys of en.json, each with the same {placeholders}; the same in each part. */
function check(part, file) {
  const en = read(part, 'en.json')
  const other = read(part, file)
  for (const key of Object.keys({ ...en, ...other })) {
    const where = join(part, file)
    if (!(key in other)) throw new Error(`${where}: "${key}" is missing`)
    if (!(key in en)) throw new Error(`${where}: "${key}" is not in en.json`)
    if (placeholders(en[key]) !== placeholders(other[key]))
      throw new Error(`${where}: "${key}" has other {placeholders} than en.json`)
  }
  return other
}

/** The server reads the catalogues too: for it all parts of a language are one. */
const checkCatalogues = () => ({
  name: 'check-catalogues',
  buildStart() {
    for (const file of languages) {
      const all = Object.assign({}, ...['', ...parts].map((part) => check(part, file)))
      this.emitFile({ type: 'asset', fileName: 'i18n/' + file, source: JSON.stringify(all) })
    }
  },
})

/** "words-ja" for a catalogue: the server asks browsers to load it at once (src/web/page.c). */
function chunkName({ facadeModuleId }) {
  const catalogue = facadeModuleId?.match(/\/i18n\/(?:(\w+)\/)?(\w+)\.json$/)
  if (!catalogue) return 'assets/[name]-[hash].js'
  return `assets/words-${catalogue[2]}${catalogue[1] ? '-' + catalogue[1] : ''}.[hash].js`
}

/** The API's description as a module, for the page that shows it. */
const describeApi = () => ({
  name: 'describe-api',
  resolveId: (id) => (id === 'virtual:openapi' ? '\0' + id : null),
  load: (id) =>
    id === '\0virtual:openapi'
      ? 'export default ' + JSON.stringify(parse(readFileSync(openapi, 'utf8')))
      : null,
})

export default defineConfig({
  plugins: [checkCatalogues(), describeApi()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2020',
    outDir: 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: { output: { chunkFileNames: chunkName } },
  },
  // `npm run dev` shows a running pool: start it with web.listen 127.0.0.1:8080.
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
