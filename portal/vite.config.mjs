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

/** Every language has exactly the keys of en.json, each with the same {placeholders}. The server
 * reads the catalogues too: they are copied as they are. */
const checkCatalogues = () => ({
  name: 'check-catalogues',
  buildStart() {
    const read = (file) => JSON.parse(readFileSync(join(catalogues, file), 'utf8'))
    const en = read('en.json')
    for (const file of readdirSync(catalogues).filter((f) => f.endsWith('.json'))) {
      const other = read(file)
      for (const key of Object.keys({ ...en, ...other })) {
        if (!(key in other)) throw new Error(`${file}: "${key}" is missing`)
        if (!(key in en)) throw new Error(`${file}: "${key}" is not in en.json`)
        if (placeholders(en[key]) !== placeholders(other[key]))
          throw new Error(`${file}: "${key}" has other {placeholders} than en.json`)
      }
      this.emitFile({ type: 'asset', fileName: 'i18n/' + file, source: JSON.stringify(other) })
    }
  },
})

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
  },
  // `npm run dev` shows a running pool: start it with web.listen 127.0.0.1:8080.
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
