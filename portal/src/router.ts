// router.ts -- which page the address bar asks for; links change it without loading anew.
import { signal } from '@preact/signals'

/** What stands before the paths of a pool that is not the first: "/pools/NAME". */
export const base = /^\/pools\/[a-z0-9-]+(?=\/|$)/.exec(location.pathname)?.[0] ?? ''

const below = () => location.pathname.slice(base.length) || '/'

export const path = signal(below())

export function go(to: string) {
  if (to === path.value) return
  history.pushState(null, '', base + to)
  path.value = below()
  scrollTo(0, 0)
  document.getElementById('main')?.focus({ preventScroll: true })
}

/** The same page under its proper address. */
export function replace(to: string) {
  history.replaceState(null, '', base + to)
  path.value = below()
}

const pages = /^\/($|login$|account$|account\/|start$|docs\/api$|blocks$|blocks\/|payments$|a\/|pool$|network$|miners$|status$|news$|rules$|help$)/

export function startRouter() {
  addEventListener('popstate', () => (path.value = below()))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest('a')
    if (!link || link.origin !== location.origin || link.target || link.hash) return
    const to = link.pathname.startsWith(base + '/') ? link.pathname.slice(base.length) : link.pathname
    if (!pages.test(to)) return
    event.preventDefault()
    go(to)
  })
}
