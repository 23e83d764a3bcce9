/** What the history page asks for: kept while the tab lives, so that coming back to the page finds it as it was. */

import { reactive } from 'vue'
import type { Conditions } from '../api/http'
import { midnight } from '../format/time'

export type Period = 'today' | 'yesterday' | 'week' | 'month' | 'always' | 'day'
export const PERIODS: readonly Period[] = ['today', 'yesterday', 'week', 'month', 'always', 'day']

const plain = { search: '', period: 'week' as Period, day: '', queue: '', agent: '', direction: '', result: '', onlyMine: true }

export const wanted = reactive({ ...plain })

export function isPlain(): boolean {
  return (Object.keys(plain) as (keyof typeof plain)[]).every((key) => wanted[key] === plain[key])
}

export function reset(): void {
  Object.assign(wanted, plain)
}

/** Begin and end of the period (the end is not included) as instants; days are those of the reader's time zone. */
export function span(period: Period, day: string, now: number): { since: string; until: string } {
  const at = (days: number) => midnight(now, days).toISOString()
  switch (period) {
    case 'today':
      return { since: at(0), until: '' }
    case 'yesterday':
      return { since: at(1), until: at(0) }
    case 'week':
      return { since: at(6), until: '' }
    case 'month':
      return { since: at(29), until: '' }
    case 'day': {
      const begin = Date.parse(`${day}T00:00`)
      if (Number.isNaN(begin)) return { since: '', until: '' }
      return { since: midnight(begin, 0).toISOString(), until: midnight(begin, -1).toISOString() }
    }
    default:
      return { since: '', until: '' }
  }
}

/** `mine`: the reader's own agent id, or empty for those who may see everybody's calls. */
export function conditions(mine: string, now: number): Conditions {
  const { search, queue, direction, result } = wanted
  const agent = mine ? (wanted.onlyMine ? mine : '') : wanted.agent
  return { search: search.trim(), queue, direction, result, agent, ...span(wanted.period, wanted.day, now) }
}
