/** The WebSocket to the server: heart-beat, silence watchdog, reconnect with growing, jittered pauses. */

import type { ServerMessage } from './types'

export interface LiveEvents {
  onMessage(message: ServerMessage): void
  /** The link is down; a new try is planned. Return false to stay down. */
  onLost(): boolean | Promise<boolean>
}

export interface Live {
  close(): void
  /** Try again now instead of waiting for the pause to end. */
  retry(): void
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 8_000
/** Pings go out every 2.5 s and are answered; without a word for so long the link is dead whatever the browser says. */
const SILENCE_MS = 5_000
const CONNECT_MS = 8_000

export function pauseBefore(attempt: number, chance: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt)
  return full / 2 + (full / 2) * chance
}

export function openLive(url: string, events: LiveEvents): Live {
  let socket: WebSocket | null = null
  let attempt = 0
  let closed = false
  let heardAt = 0
  let seq = 0
  let openedAt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const pulse = new Worker(new URL('./pulse.ts', import.meta.url), { type: 'module' })
  pulse.onmessage = beat

  function connect(): void {
    if (closed) return
    clearTimeout(timer)
    const ws = new WebSocket(url)
    socket = ws
    openedAt = performance.now()
    seq = 0
    ws.onopen = () => {
      heardAt = performance.now()
      ws.send('{"type":"ping"}')
    }
    ws.onmessage = (event: MessageEvent<string>) => {
      heardAt = performance.now()
      const message = JSON.parse(event.data) as ServerMessage
      if (message.type === 'pong') return
      // A missed number is a defect of one of us: a new socket brings the whole picture.
      if (message.seq !== seq + 1) return void lost(ws)
      seq = message.seq
      if (message.type === 'snapshot') attempt = 0
      events.onMessage(message)
    }
    ws.onclose = () => void lost(ws)
  }

  function beat(): void {
    const ws = socket
    if (!ws) return
    if (ws.readyState === WebSocket.OPEN) {
      if (performance.now() - heardAt > SILENCE_MS) void lost(ws)
      else ws.send('{"type":"ping"}')
    } else if (ws.readyState === WebSocket.CONNECTING && performance.now() - openedAt > CONNECT_MS) {
      void lost(ws)
    }
  }

  async function lost(ws: WebSocket): Promise<void> {
    if (ws !== socket || closed) return
    socket = null
    ws.onclose = ws.onmessage = null
    ws.close()
    if (!(await events.onLost()) || closed) return
    timer = setTimeout(connect, pauseBefore(attempt++, Math.random()))
  }

  const online = () => socket || connect()
  window.addEventListener('online', online)
  connect()

  return {
    close() {
      closed = true
      clearTimeout(timer)
      pulse.terminate()
      window.removeEventListener('online', online)
      socket?.close()
    },
    retry() {
      if (!socket) connect()
    },
  }
}
