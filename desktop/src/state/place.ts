/** Which page is open, and which call of the history beside it; kept in the address: a reload or a bookmark comes back to it. */

import { ref } from 'vue'

export type Place = 'desk' | 'live' | 'history'

const SHAPE = /^#\/?(desk|live|history)?(?:\/call\/([^/]+))?$/

function read(): { place: Place | ''; opened: string } {
  const [, name, call] = SHAPE.exec(location.hash) ?? []
  return { place: (name as Place | undefined) ?? '', opened: call ? decodeURIComponent(call) : '' }
}

const first = read()
export const place = ref<Place | ''>(first.place)
/** The interaction that is shown beside the page; empty: none. */
export const opened = ref(first.opened)

window.addEventListener('hashchange', () => {
  const now = read()
  place.value = now.place
  opened.value = now.opened
})

function show(to: Place | '', call: string): void {
  const hash = `#/${to}${call ? `/call/${encodeURIComponent(call)}` : ''}`
  if (location.hash !== hash) location.hash = hash
  place.value = to
  opened.value = call
}

/** To a page; what was opened beside the last one is closed. */
export const go = (to: Place): void => show(to, '')
export const openCall = (interaction: string): void => show(place.value, interaction)
export const closeCall = (): void => show(place.value, '')
