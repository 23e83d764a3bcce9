/** The store: session, link, the picture of the centre, and the requests a person can make. */

import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import * as http from '../api/http'
import { openLive, type Live } from '../api/live'
import type { ServerMessage } from '../api/types'
import { applied, type Picture } from './picture'

export type Phase = 'starting' | 'signed-out' | 'signed-in'
/** Goodbyes after which there is no session. */
const OVER = new Set(['signed_out', 'session_ended'])

const JUST_NOW_MS = 3_000

export type Link = 'connecting' | 'open' | 'lost'

export const useCentre = defineStore('centre', () => {
  const phase = ref<Phase>('starting')
  const link = ref<Link>('connecting')
  /** Why the person is at the sign-in page although there was a session: the server's code. */
  const ended = ref('')
  const picture = shallowRef<Picture | null>(null)
  /** Requests on their way, by name: their buttons are disabled. */
  const busy = reactive(new Set<string>())
  const askedAt = new Map<string, number>()
  let live: Live | null = null

  const agent = computed(() => picture.value?.agent ?? null)
  const work = computed(() => agent.value?.work ?? null)
  const canAct = computed(() => link.value === 'open')

  function onMessage(message: ServerMessage): void {
    // Any other goodbye is followed by the end of the socket, and that by a new one.
    if (message.type === 'bye') return OVER.has(message.reason) ? leave(message.reason) : undefined
    if (message.type === 'snapshot') http.setServerClock(message.now)
    picture.value = applied(picture.value, message, Date.now() + http.serverClock.offsetMs)
    if (message.type === 'snapshot') link.value = 'open'
  }

  async function onLost(): Promise<boolean> {
    link.value = 'lost'
    try {
      if (await http.hasSession()) return true
    } catch {
      return true // the server is away, not the session
    }
    leave('session_ended')
    return false
  }

  function enter(): void {
    phase.value = 'signed-in'
    link.value = 'connecting'
    ended.value = ''
    const url = new URL('ws', document.baseURI)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    live?.close()
    live = openLive(url.href, { onMessage, onLost })
  }

  function leave(why: string): void {
    live?.close()
    live = null
    picture.value = null
    ended.value = why
    phase.value = 'signed-out'
  }

  /** Look for a session; keeps trying while the server is away, since a reload must not end at the sign-in page. */
  async function start(): Promise<void> {
    for (;;) {
      try {
        if (await http.hasSession()) enter()
        else phase.value = 'signed-out'
        return
      } catch {
        link.value = 'lost'
        await new Promise((resolve) => setTimeout(resolve, 1_500))
      }
    }
  }

  async function signIn(user: string, password: string): Promise<void> {
    await http.signIn(user, password)
    enter()
  }

  /** Leaves the queues too: whoever goes home wants no calls. */
  async function signOut(): Promise<void> {
    const own = agent.value
    if (own && own.presence !== 'logged_out') await http.setPresence(own.id, 'LOGGED_OUT')
    await http.signOut()
    leave('')
  }

  /** Run a request under a name; the name is in `busy` until it is answered. Errors go to the caller. */
  async function run<T>(name: string, request: (agent: string) => Promise<T>): Promise<T | undefined> {
    const own = picture.value?.me.agent
    if (busy.has(name)) return undefined
    busy.add(name)
    askedAt.set(name, Date.now())
    try {
      return await request(own ?? '')
    } finally {
      busy.delete(name)
    }
  }

  return {
    phase, link, ended, picture, busy, agent, work, canAct,
    start, signIn, signOut, run,
    /** Was the request of this name made just now? What changes then is no surprise to the person. */
    hasJustAsked: (name: string) => Date.now() - (askedAt.get(name) ?? 0) < JUST_NOW_MS,
    retry: () => live?.retry(),
  }
})
