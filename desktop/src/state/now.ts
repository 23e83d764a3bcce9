/** One ticking clock for the whole page, on the server's time. */

import { readonly, ref } from 'vue'
import { serverClock } from '../api/http'

const current = ref(Date.now())

function tick(): void {
  current.value = Date.now() + serverClock.offsetMs
  setTimeout(tick, 1000 - (Date.now() % 1000))
}
tick()

/** The server's current instant in ms, renewed every second. */
export const now = readonly(current)
