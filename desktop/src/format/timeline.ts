/** Where the segments of an interaction lie on one scale. Pure. */

import type { SegmentRow } from '../api/types'

export interface Stretch {
  segment: SegmentRow
  /** Of the whole, 0 to 1. */
  from: number
  share: number
  seconds: number
  /** 0 is the customer's line; wrap-up beside it has a line of its own. */
  lane: number
}

export interface Scale {
  stretches: Stretch[]
  seconds: number
  lanes: number
  /** Marks of the axis in seconds, a round step apart; the last is not behind the end. */
  marks: number[]
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400]
const MOST_MARKS = 8

/** By start; where two begin together, wrap-up comes last and so gets out of the customer's way. */
const inOrder = (a: SegmentRow, b: SegmentRow): number =>
  Date.parse(a.started_at) - Date.parse(b.started_at) || Number(a.kind === 'wrap_up') - Number(b.kind === 'wrap_up')

export function scaleOf(given: SegmentRow[]): Scale {
  const segments = [...given].sort(inOrder)
  const starts = segments.map((each) => Date.parse(each.started_at))
  const ends = segments.map((each) => Date.parse(each.ended_at))
  const begin = Math.min(...starts)
  const whole = Math.max(...ends) - begin
  if (!segments.length || !(whole > 0)) return { stretches: [], seconds: 0, lanes: 0, marks: [] }
  /** When each lane is free again. */
  const free: number[] = []
  const stretches = segments.map((segment, i) => {
    const start = starts[i]!
    const end = ends[i]!
    let lane = free.findIndex((at) => at <= start)
    if (lane < 0) lane = free.length
    free[lane] = end
    return { segment, from: (start - begin) / whole, share: (end - start) / whole, seconds: (end - start) / 1000, lane }
  })
  const seconds = whole / 1000
  const step = STEPS.find((each) => seconds / each <= MOST_MARKS) ?? Math.ceil(seconds / MOST_MARKS)
  const marks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step)
  return { stretches, seconds, lanes: free.length, marks }
}
