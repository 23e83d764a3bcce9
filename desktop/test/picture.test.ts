import { describe, expect, it } from 'vitest'
import type { AgentView, QueueView, Snapshot, WorkItemView } from '../src/api/types'
import { pauseBefore } from '../src/api/live'
import { applied, doing, isOwnCall, longestWait } from '../src/state/picture'

const agent = (id: string, more: Partial<AgentView> = {}): AgentView => ({
  id, name: id, extension: '1001', team: '', team_name: '', skills: {}, presence: 'ready', reason: '',
  since: '2026-11-21T10:00:00Z', is_phone_reachable: true, is_available: true, lacks_page: false, work: null, ...more,
})
const queue = (id: string, more: Partial<QueueView> = {}): QueueView => ({
  id, name: id, waiting: 1, longest_wait_seconds: 30, talking: 0, agents_ready: 0, agents_signed_in: 0,
  answer_target_seconds: 20, offered_today: 0, answered_today: 0, abandoned_today: 0, service_level_ratio: null,
  tiers: [], line: [], callbacks: 0, expected: null, waiting_here_too: 0, ...more,
})
const snapshot: Snapshot = {
  type: 'snapshot', seq: 1, now: '2026-11-21T10:00:00Z', me: { user: 'ann', name: 'Ann', role: 'agent', agent: 'ann' },
  agent: agent('ann'), agents: [agent('ann'), agent('bob')], queues: [queue('sales'), queue('support')],
  reasons: { lunch: 'Lunch' }, demo: false, phone: null,
}
const first = applied(null, snapshot, 1_000)!

describe('the picture', () => {
  it('is nothing before the snapshot', () =>
    expect(applied(null, { type: 'agents', seq: 1, agents: [] }, 0)).toBeNull())

  it('takes only the agents that changed, in place', () => {
    const next = applied(first, { type: 'agents', seq: 2, agents: [agent('bob', { presence: 'not_ready' })] }, 0)!
    expect(next.agents.map((each) => [each.id, each.presence])).toEqual([['ann', 'ready'], ['bob', 'not_ready']])
  })

  it('takes new queues at the end', () => {
    const next = applied(first, { type: 'queues', seq: 2, queues: [queue('billing')] }, 5_000)!
    expect(next.queues.map((each) => each.id)).toEqual(['sales', 'support', 'billing'])
  })

  it('remembers for each queue when it was heard of', () => {
    const next = applied(first, { type: 'queues', seq: 2, queues: [queue('support')] }, 5_000)!
    expect(next.heardAt).toEqual({ sales: 1_000, support: 5_000 })
  })

  it('is replaced by a new snapshot', () =>
    expect(applied(first, { ...snapshot, queues: [] }, 0)!.queues).toEqual([]))

  it('does not change what was there', () => {
    applied(first, { type: 'agent', seq: 2, agent: null }, 0)
    expect(first.agent?.id).toBe('ann')
  })
})

describe('the longest wait', () => {
  it('goes on from the picture', () => expect(longestWait(queue('a'), 1_000, 6_000)).toBe(35))
  it('is nothing when nobody waits', () => expect(longestWait(queue('a', { waiting: 0 }), 0, 9_000)).toBe(0))
  it('is exact where the line is known', () => {
    const line = [{ waiting_since: '1970-01-01T00:00:04Z' }, { waiting_since: '1970-01-01T00:00:01Z' }] as QueueView['line']
    expect(longestWait(queue('a', { line }), 0, 9_000)).toBe(8)
  })
})

describe('what an agent is doing', () => {
  it('is the work before the presence', () =>
    expect(doing(agent('ann', { work: { state: 'wrap_up' } as WorkItemView }))).toBe('wrap_up'))
})

describe('the pause before a new try', () => {
  it('grows up to 8 s and is never shorter than half', () =>
    expect([0, 1, 2, 9].map((attempt) => pauseBefore(attempt, 0))).toEqual([125, 250, 500, 4_000]))
})

describe('a call of the own', () => {
  const why = {
    code: 'returned', qualified: 0, idle_since: null, without_skill: [], missed_before: [], is_last_resort: false, by: 'Bob',
    without_page: [], policy: '', tier: '', waited_seconds: 0, level: 0, urgency: 0, price: 0, ahead: [], kept: [],
    queue: '', preferred: [],
  }
  it('has no reason why it was offered; a customer of a call out who comes back has', () => {
    expect(isOwnCall({ direction: 'outbound', why: null })).toBe(true)
    expect(isOwnCall({ direction: 'outbound', why })).toBe(false)
    expect(isOwnCall({ direction: 'inbound', why })).toBe(false)
  })
})
