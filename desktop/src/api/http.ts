/** Requests to the server. Every failure is a `Problem`, made from an RFC 9457 document where there is one. */

import type { AgentView, DocumentRef, InteractionDetail, InteractionRow, Me } from './types'

export class Problem extends Error {
  constructor(
    /** HTTP status; 0 when the server could not be reached. */
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** Last part of the document's `type`, and of a refusal its stable code. */
    readonly kind = '',
    readonly reason = '',
    readonly retryAfterSeconds = 0,
  ) {
    super(detail || title)
  }
}

/** Difference between the server's clock and ours in ms; the server's instants are the truth. */
export const serverClock = { offsetMs: 0 }

export function setServerClock(now: string): void {
  const at = Date.parse(now)
  if (!Number.isNaN(at)) serverClock.offsetMs = at - Date.now()
}

const WAIT_MS = 10_000

async function send(method: string, path: string, body?: unknown, keepalive = false): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin', keepalive, signal: AbortSignal.timeout(WAIT_MS) }
  if (body !== undefined) {
    init.headers = { 'Content-Type': 'application/json' }
    init.body = JSON.stringify(body)
  }
  try {
    return await fetch(path, init)
  } catch {
    throw new Problem(0, '', '')
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The single wrong values of a 422 are part of what the person has to read. */
function wrongValues(errors: unknown): string {
  if (!Array.isArray(errors)) return ''
  return errors.map((each: { field?: unknown; message?: unknown }) => `${text(each.field)}: ${text(each.message)}`).join('; ')
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const doc = (await answer.json()) as Record<string, unknown>
    const detail = text(doc.detail) || wrongValues(doc.errors)
    const kind = text(doc.type).split('/').at(-1) ?? ''
    return new Problem(answer.status, text(doc.title), detail, kind, text(doc.reason), Number(doc.retry_after) || 0)
  } catch {
    return new Problem(answer.status, answer.statusText, '')
  }
}

async function ask<T>(method: string, path: string, body?: unknown, keepalive = false): Promise<T> {
  const answer = await send(method, path, body, keepalive)
  if (!answer.ok) throw await problemOf(answer)
  if (answer.status === 204) return undefined as T
  return (await answer.json().catch(() => undefined)) as T
}

const api = 'api/v1'
const agentPath = (agent: string) => `${api}/agents/${encodeURIComponent(agent)}`

/** True when a session is in force; throws when the server does not answer. */
export async function hasSession(): Promise<boolean> {
  const answer = await send('GET', `${api}/session`)
  if (answer.status === 401) return false
  if (!answer.ok) throw await problemOf(answer)
  return true
}

export const signIn = (user: string, password: string) => ask<Me>('POST', `${api}/session`, { user, password })
export const signOut = () => ask<void>('DELETE', `${api}/session`)

export const setPresence = (agent: string, presence: string, reason = '') =>
  ask<void>('POST', `${agentPath(agent)}/presence`, { presence, reason })

export const act = (agent: string, what: 'hold' | 'retrieve' | 'hangup') =>
  ask<void>('POST', `${agentPath(agent)}/${what}`, {})

export type TransferTarget = { queue: string } | { agent: string } | { number: string }
export const transfer = (agent: string, target: TransferTarget) =>
  ask<void>('POST', `${agentPath(agent)}/transfer`, target)

export interface WrapUp {
  work_item: string
  disposition: string
  notes: string
  done: boolean
  /** All that are attached; without it, those attached before stay. */
  documents?: DocumentRef[]
}
/** `last` lets the request outlive the page (it is used while the page closes). */
export const saveWrapUp = (agent: string, wrapUp: WrapUp, last = false) =>
  ask<void>('POST', `${agentPath(agent)}/wrap-up`, wrapUp, last)

export const placeCall = (agent: string, number: string) => ask<void>('POST', `${api}/calls`, { agent, number })
/** What would be dialled for a number as somebody wrote it, in E.164; null if it is none. */
export async function readNumber(written: string): Promise<string | null> {
  try {
    return (await ask<{ number: string }>('POST', `${api}/numbers/read`, { number: written })).number
  } catch (error) {
    if (error instanceof Problem && error.status === 422) return null
    throw error
  }
}
/** Take a promise to call back off the list. */
export const cancelCallback = (id: string) => ask<void>('POST', `${api}/callbacks/${encodeURIComponent(id)}/cancel`)
export const letCallerRing = () => ask<void>('POST', `${api}/demo/calls`, {})

export interface Page<T> {
  items: T[]
  /** Goes back as `after`; null on the last page. */
  next: string | null
}

/** Conditions of the history; empty ones are left out. */
export type Conditions = Partial<
  Record<'agent' | 'queue' | 'since' | 'until' | 'direction' | 'result' | 'search' | 'customer' | 'after' | 'limit', string>
>

export function interactions(where: Conditions): Promise<Page<InteractionRow>> {
  const given = Object.entries(where).filter(([, value]) => value)
  return ask('GET', `${api}/interactions?${new URLSearchParams(Object.fromEntries(given)).toString()}`)
}

export const interaction = (id: string) =>
  ask<InteractionDetail>('GET', `${api}/interactions/${encodeURIComponent(id)}`)

/** Colleagues, without what they have in hand. */
export async function everybody(): Promise<AgentView[]> {
  return (await ask<{ items: AgentView[] }>('GET', `${api}/agents`)).items
}

/** Where the audio of a recording is; for an `<audio>` element or, with `download`, for a link. */
export const recordingAddress = (interaction: string, name: string, download = false) =>
  `${api}/interactions/${encodeURIComponent(interaction)}/recordings/${encodeURIComponent(name)}${download ? '?download=true' : ''}`
