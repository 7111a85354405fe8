// app.tsx -- the frame of every page: header, notices, the page itself, footer.
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { accountPage } from './account/routes'
import { hashrate, duration, percent } from './format'
import { lang, languages, setLang, t } from './i18n'
import type { Key, Lang } from './i18n'
import { Account } from './pages/account'
import { Blocks } from './pages/blocks'
import { Home } from './pages/home'
import { NotFound } from './pages/not-found'
import { Payments } from './pages/payments'
import { lazy } from './parts/lazy'
import { base, path } from './router'
import { follow, link, pool, pools } from './state'
import { setTheme, theme } from './theme'
import type { Theme } from './theme'
import { useThrottled } from './parts/throttle'

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path class="logo-back" d="M3 26 13 7l4.4 8.3L20 10.5 29 26z" />
      <path class="logo-face" d="m13 7 4.4 8.300L13.8 26H3z" />
    </svg>
  )
}

const themeIcons: Record<Theme, string> = {
  auto: 'M12 3a9 9 0 1 0 0 18zm0 0v18a9 9 0 0 0 0-18z',
  light: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3m0 14v3M2 12h3m14 0h3M5 5l2 2m10 10 2 2m0-14-2 2M7 17l-2 2',
  dark: 'M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z',
}

function ThemeButton() {
  const next: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' }
  const label = `${t('theme')}: ${t(`theme.${theme.value}`)}`
  return (
    <button class="icon-button" title={label} aria-label={label} onClick={() => setTheme(next[theme.value])}>
      <svg viewBox="0 0 24 24" aria-hidden="true" class={'icon theme-' + theme.value}>
        <path d={themeIcons[theme.value]} />
      </svg>
    </button>
  )
}

function LanguageSelect() {
  return (
    <label class="language">
      <span class="hidden">{t('language')}</span>
      <select value={lang.value} onChange={(e) => void setLang(e.currentTarget.value as Lang)}>
        {Object.entries(languages).map(([code, name]) => (
          <option value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function Header() {
  const item = (to: string, text: string) => (
    <a href={base + to} aria-current={path.value === to ? 'page' : undefined}>
      {text}
    </a>
  )
  return (
    <header class="top">
      <div class="wrap top-row">
        <a class="brand" href={base + '/'}>
          <Logo />
          <span>{pool.value?.title ?? 'Kozan'}</span>
        </a>
        <nav aria-label={t('nav.label')}>
          {item('/', t('nav.pool'))}
          {item('/start', t('nav.start'))}
          {item('/blocks', t('nav.blocks'))}
          {item('/payments', t('nav.payments'))}
          {item('/pool', t('nav.stats'))}
          {item('/help', t('nav.help'))}
          {pools.map((one) => (
            <a href={one.base + '/'} target="_self" aria-current={one.base === base ? 'true' : undefined}>
              {one.title}
            </a>
          ))}
        </nav>
        <div class="tools">
          <a class="account-link" href="/account" aria-current={accountPage(path.value) ? 'page' : undefined}>
            {t('nav.account')}
          </a>
          <LanguageSelect />
          <ThemeButton />
        </div>
      </div>
    </header>
  )
}

function Notices() {
  const p = pool.value
  if (!p) return null
  return (
    <>
      {p.banners.map(({ id, titles }) => (
        <p class="notice banner" key={id}>
          <a href={'/news#' + id}>{titles[lang.value] ?? titles.en ?? Object.values(titles)[0]}</a>
        </p>
      ))}
      {p.stale_ms > 10_000 && (
        <p class="notice" role="status">
          {t('stale', { age: duration(p.stale_ms / 1000) })}
        </p>
      )}
      {!p.status.ready && (
        <p class="notice" role="status">
          {t('not_ready', { reason: p.status.text })}
        </p>
      )}
    </>
  )
}

/** For screen readers: the two numbers that matter, spoken at most every 15 seconds. */
function Spoken() {
  const p = pool.value
  const text = p
    ? `${t('pool.hashrate')}: ${hashrate(p.hashrate.now)}. ${t('round.effort')}: ${
        p.round.effort === null ? '–' : percent(p.round.effort)
      }`
    : ''
  return (
    <div class="hidden" aria-live="polite">
      {useThrottled(text, 15_000)}
    </div>
  )
}

function Footer() {
  const state = link.value
  return (
    <footer class="wrap foot">
      <span class={'live live-' + state}>{t(`live.${state}`)}</span>
      <a href="/status">{t('nav.status')}</a>
      <a href="/news">{t('nav.news')}</a>
      <a href="/rules">{t('nav.rules')}</a>
      <a href="/docs/api">{t('footer.api')}</a>
      <span>{t('footer.version', { version: pool.value?.version ?? '' })}</span>
    </footer>
  )
}

const ApiDocs = lazy(() => import('./pages/api-docs').then((module) => module.ApiDocs))
const Block = lazy(() => import('./pages/block').then((module) => module.Block))
const Help = lazy(() => import('./pages/help').then((module) => module.Help), 'info/')
const Miners = lazy(() => import('./pages/stats').then((module) => module.Miners), 'stats/')
const Network = lazy(() => import('./pages/stats').then((module) => module.Network), 'stats/')
const News = lazy(() => import('./pages/news').then((module) => module.News), 'info/')
const PoolStats = lazy(() => import('./pages/stats').then((module) => module.PoolStats), 'stats/')
const Rules = lazy(() => import('./pages/rules').then((module) => module.Rules), 'info/')
const Start = lazy(() => import('./pages/start').then((module) => module.Start))
const Statement = lazy(() => import('./pages/statement').then((module) => module.Statement), 'stats/')
const Status = lazy(() => import('./pages/status').then((module) => module.Status), 'info/')
const Worker = lazy(() => import('./pages/worker').then((module) => module.Worker), 'stats/')

/** Pages at an address of their own, and what their title says. */
const pages: Record<string, [ComponentType, Key | null]> = {
  '/': [Home, null],
  '/start': [Start, 'nav.start'],
  '/blocks': [Blocks, 'blocks.title'],
  '/payments': [Payments, 'payments.title'],
  '/pool': [PoolStats, 'nav.stats'],
  '/network': [Network, 'nav.network'],
  '/miners': [Miners, 'nav.miners'],
  '/status': [Status, 'nav.status'],
  '/news': [News, 'nav.news'],
  '/rules': [Rules, 'nav.rules'],
  '/help': [Help, 'nav.help'],
  '/docs/api': [ApiDocs, 'footer.api'],
}

/** /a/ADDRESS, /a/ADDRESS/statement, /a/ADDRESS/w/WORKER */
function accountAt(at: string) {
  const found = /^\/a\/([^/]+)(?:\/?|\/(statement)|\/w\/([^/]*))$/.exec(at)
  if (!found) return null
  const [, address, statement, worker] = found
  return {
    address: decodeURIComponent(address!),
    isStatement: !!statement,
    worker: worker === undefined ? null : decodeURIComponent(worker),
  }
}

function Page({ at }: { at: string }) {
  const Own = accountPage(at)
  if (Own) return <Own />
  const Fixed = pages[at]?.[0]
  if (Fixed) return <Fixed />
  if (at.startsWith('/blocks/')) return <Block />
  const of = accountAt(at)
  if (!of) return <NotFound />
  if (of.worker !== null) return <Worker key={at} address={of.address} name={of.worker} />
  return of.isStatement ? <Statement address={of.address} /> : <Account address={of.address} />
}

export function App() {
  const at = path.value
  const address = accountAt(at)?.address ?? null

  useEffect(() => follow(address), [address])
  useEffect(() => {
    const title = pool.value?.title ?? 'Kozan'
    const key = at.startsWith('/blocks/') ? 'blocks.title' : pages[at]?.[1]
    const part = address ?? (key && t(key))
    document.title = part ? `${part} · ${title}` : title
  }, [at, lang.value, pool.value?.title])

  return (
    <>
      <a class="skip" href="#main">
        {t('skip')}
      </a>
      <Header />
      <main id="main" class="wrap" tabIndex={-1}>
        <Notices />
        <Page at={at} />
      </main>
      <Spoken />
      <Footer />
    </>
  )
}
