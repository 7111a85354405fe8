// main.tsx -- starts the pages in place of what the server wrote.
import { render } from 'preact'
import './style.css'
import { App } from './app'
import { startRouter } from './router'
import { startState } from './state'

const root = document.getElementById('app')!
root.textContent = ''
startRouter()
startState()
render(<App />, root)
