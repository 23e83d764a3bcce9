/** The centre as this page knows it, and how a message of the server changes it. Pure. */

import type { AgentView, Me, PhoneToRegister, QueueView, ServerMessage, WorkItemView } from '../api/types'

export interface Picture {
  me: Me
  agent: AgentView | null
  agents: AgentView[]
  queues: QueueView[]
  reasons: Record<string, string>
  demo: boolean
  phone: PhoneToRegister | null
  /** When each queue's picture was made or arrived (server's time, ms): lengths of waiting go on from there. */
  heardAt: Record<string, number>
}

/** `old` with those of `changed` put in by id; new ones come last. */
function merged<T extends { id: string }>(old: T[], changed: T[]): T[] {
  const fresh = new Map(changed.map((each) => [each.id, each]))
  const known = new Set(old.map((each) => each.id))
  return [...old.map((each) => fresh.get(each.id) ?? each), ...changed.filter((each) => !known.has(each.id))]
}

const stamped = (queues: QueueView[], at: number) => Object.fromEntries(queues.map((queue) => [queue.id, at]))

/** Everything but a snapshot is ignored until the first snapshot has come. `at` is the server's time in ms. */
export function applied(picture: Picture | null, message: ServerMessage, at: number): Picture | null {
  if (message.type === 'snapshot') {
    const { me, agent, agents, queues, reasons, demo, phone } = message
    return { me, agent, agents, queues, reasons, demo, phone, heardAt: stamped(queues, at) }
  }
  if (!picture) return null
  switch (message.type) {
    case 'agent':
      return { ...picture, agent: message.agent }
    case 'agents':
      return { ...picture, agents: merged(picture.agents, message.agents) }
    case 'queues': {
      const heardAt = { ...picture.heardAt, ...stamped(message.queues, at) }
      return { ...picture, queues: merged(picture.queues, message.queues), heardAt }
    }
    default:
      return picture
  }
}

/** What the agent is doing, from the point of view of the agent: the work in hand counts before the presence. */
export function doing(agent: AgentView): string {
  return agent.work ? agent.work.state : agent.presence
}

/** Since when (ISO 8601), or null where nobody knows. */
export function doingSince(agent: AgentView): string | null {
  const { work } = agent
  if (!work) return agent.since
  if (work.state === 'held') return work.held_at ?? work.connected_at
  if (work.state === 'connected') return work.connected_at
  return work.state === 'wrap_up' ? null : work.offered_at
}

/** Seconds the longest waiting caller has waited now; the line says it exactly, to those who may see it. */
export function longestWait(queue: QueueView, heardAt: number | undefined, now: number): number {
  if (queue.waiting === 0) return 0
  const joined = queue.line.filter((caller) => !caller.is_callback).map((caller) => Date.parse(caller.waiting_since)).filter((at) => !Number.isNaN(at))
  if (joined.length) return Math.max(0, now - Math.min(...joined)) / 1000
  return queue.longest_wait_seconds + Math.max(0, now - (heardAt ?? now)) / 1000
}

/** The agent calls; a customer of a call out who was transferred, or came back, is offered like any other: with a reason. */
export const isOwnCall = (work: Pick<WorkItemView, 'direction' | 'why'>): boolean => work.direction === 'outbound' && !work.why
