/** Where a caller was sent on and why, in the reader's language; what this page has no words for is the server's own sentence. */

import { useI18n } from 'vue-i18n'
import type { HeldRow, WayRow } from '../api/types'
import { phone } from '../format/number'
import { clock } from '../format/time'
import { useLabels } from './labels'

const COUNTED = ['length', 'signed_in', 'ready', 'in_wrap_up']

export function useWay() {
  const { t, te, locale } = useI18n()
  const labels = useLabels()

  function condition(held: HeldRow): string {
    const isTime = !COUNTED.includes(held.what)
    const figure = (value: number) => (isTime ? clock(value) : String(value))
    const bound = t(held.is_least ? 'way.atLeast' : 'way.fewerThan', { limit: figure(held.limit) })
    return t(`way.held.${held.what}`, { name: held.name, value: figure(held.value), bound })
  }

  /** Where to. */
  function target(way: WayRow): string {
    const name = way.kind === 'number' ? phone(way.target_name) : way.target_name
    return te(`way.to.${way.kind}`) ? t(`way.to.${way.kind}`, { name }) : way.explanation
  }

  /** What became of an outside number. */
  function outcome(way: WayRow): string {
    if (way.kind !== 'number') return ''
    if (!way.outcome) return labels.offer('ringing')
    return te(`way.outcome.${way.outcome}`) ? t(`way.outcome.${way.outcome}`) : labels.unreached(way.outcome)
  }

  /** Why. */
  function reason(way: WayRow): string {
    const isKnown = te(`way.cause.${way.cause}`) && way.held.every((each) => te(`way.held.${each.what}`))
    if (!isKnown) return way.explanation
    const words = [t(`way.cause.${way.cause}`, { queue: way.queue_name, n: way.rule, time: clock(way.waited_seconds) })]
    if (way.held.length) words.push(t('way.because', { conditions: way.held.map(condition).join(t('way.and')) }))
    return words.join(locale.value.startsWith('zh') ? '' : ' ')
  }

  return { target, outcome, reason }
}
