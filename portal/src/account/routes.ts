// routes.ts -- the pages of people who sign in; their code is fetched when one of them is opened.
import { lazy } from '../parts/lazy'

const Login = lazy(() => import('./login').then((module) => module.Login))
const Account = lazy(() => import('./account').then((module) => module.Account))
const Watch = lazy(() => import('./watch').then((module) => module.Watch))

/** The page of a path; undefined: it is none of these. */
export function accountPage(at: string) {
  if (at === '/login') return Login
  if (at === '/watch') return Watch
  return /^\/account(\/|$)/.test(at) ? Account : undefined
}
