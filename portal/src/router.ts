// router.ts -- which page the address bar asks for; links change it without loading anew.
import { signal } from '@preact/signals'

export const path = signal(location.pathname)

export function go(to: string) {
  if (to === location.pathname) return
  history.pushState(null, '', to)
  path.value = location.pathname
  scrollTo(0, 0)
  document.getElementById('main')?.focus({ preventScroll: true })
}

/** The same page under its proper address. */
export function replace(to: string) {
  history.replaceState(null, '', to)
  path.value = location.pathname
}

const pages = /^\/($|start$|docs\/api$|blocks$|blocks\/|payments$|a\/|pool$|network$|miners$|status$|news$|rules$|help$)/

export function startRouter() {
  addEventListener('popstate', () => (path.value = location.pathname))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest('a')
    if (!link || link.origin !== location.origin || link.target || link.hash) return
    if (!pages.test(link.pathname)) return
    event.preventDefault()
    go(link.pathname)
  })
}
