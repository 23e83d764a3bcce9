import { describe, expect, it } from 'vitest'
import type { SegmentRow } from '../src/api/types'
import { scaleOf } from '../src/format/timeline'
import { span } from '../src/state/history'

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 2, 12, 0, seconds)).toISOString()
const part = (kind: string, from: number, to: number): SegmentRow => ({
  kind, started_at: at(from), ended_at: at(to), length_seconds: to - from, beside_seconds: 0,
  queue: null, queue_name: '', agent: null, agent_name: '',
})

describe('the scale of an interaction', () => {
  it('gives each part its share of the whole', () => {
    const scale = scaleOf([part('ivr', 0, 10), part('queue', 10, 40), part('talk', 40, 100)])
    expect(scale.stretches.map(({ from, share, lane }) => [from, share, lane])).toEqual([[0, 0.1, 0], [0.1, 0.3, 0], [0.4, 0.6, 0]])
    expect(scale.lanes).toBe(1)
  })

  it('puts wrap-up beside the call on a line of its own, wherever the record has it', () => {
    const scale = scaleOf([part('talk', 0, 10), part('queue', 10, 40), part('wrap_up', 10, 30)])
    expect(scale.stretches.map(({ segment, lane }) => [segment.kind, lane])).toEqual([['talk', 0], ['queue', 0], ['wrap_up', 1]])
  })

  it('has round marks, eight at the most', () => {
    expect(scaleOf([part('talk', 0, 61)]).marks).toEqual([0, 10, 20, 30, 40, 50, 60])
    expect(scaleOf([part('talk', 0, 36_000)]).marks.length).toBeLessThanOrEqual(9)
  })

  it('is empty for a record without length', () => {
    expect(scaleOf([]).stretches).toEqual([])
    expect(scaleOf([part('ivr', 5, 5)]).stretches).toEqual([])
  })
})

describe('the period of the history', () => {
  const now = new Date(2026, 2, 2, 12, 30).getTime()
  const local = (month: number, day: number) => new Date(2026, month, day).toISOString()

  it('ends yesterday at the last midnight', () =>
    expect(span('yesterday', '', now)).toEqual({ since: local(2, 1), until: local(2, 2) }))

  it('counts seven days with today', () => expect(span('week', '', now)).toEqual({ since: local(1, 24), until: '' }))

  it('takes one day from midnight to midnight', () =>
    expect(span('day', '2026-02-28', now)).toEqual({ since: local(1, 28), until: local(2, 1) }))

  it('is open until a day is chosen', () => expect(span('day', '', now)).toEqual({ since: '', until: '' }))
})
