// main.tsx -- starts the pages in place of what the server wrote, as soon as their words are there.
import { render } from 'preact'
import './style.css'
import { App } from './app'
import { needWords } from './i18n'
import { startRouter } from './router'
import { startState } from './state'

const root = document.getElementById('app')!
startRouter()
startState()
void needWords('').then(() => {
  root.textContent = ''
  render(<App />, root)
})
