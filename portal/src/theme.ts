// theme.ts -- light, dark or like the system; kept in a cookie so that the server paints it at once.
import { signal } from '@preact/signals'
import { setCookie } from './cookie'

export type Theme = 'auto' | 'light' | 'dark'

const asTheme = (text: string | undefined): Theme =>
  text === 'light' || text === 'dark' ? text : 'auto'

export const theme = signal<Theme>(asTheme(document.documentElement.dataset.theme))

export function setTheme(next: Theme) {
  theme.value = next
  document.documentElement.dataset.theme = next
  setCookie('theme', next)
}
