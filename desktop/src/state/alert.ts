/** Drawing attention to an offered call when the person looks elsewhere: a notification of the system, the title. */

import { ref } from 'vue'

const api = typeof Notification === 'undefined' ? null : Notification
export const permission = ref<NotificationPermission | 'missing'>(api ? api.permission : 'missing')

/** Must be called from a click. */
export async function askPermission(): Promise<void> {
  if (api) permission.value = await api.requestPermission()
}

const quiet = 'ccserver'
let flashing: ReturnType<typeof setInterval> | undefined
let note: Notification | null = null

/** Until `calm`. The notification is only shown when the page is not in front. */
export function alarm(title: string, body: string, tag: string): void {
  calm()
  let isLoud = true
  document.title = title
  flashing = setInterval(() => (document.title = (isLoud = !isLoud) ? title : quiet), 1_000)
  if (permission.value !== 'granted' || document.hasFocus()) return
  try {
    note = new Notification(title, { body, tag, requireInteraction: true })
    note.onclick = () => (window.focus(), note?.close())
  } catch {
    // some browsers on telephones allow notifications only from a service worker: the title has to do
  }
}

export function calm(): void {
  clearInterval(flashing)
  note?.close()
  note = null
  document.title = quiet
}
