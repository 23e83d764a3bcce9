/** Names of what the server calls by a code. */

import { useI18n } from 'vue-i18n'
import type { InteractionRow, WorkItemView } from '../api/types'
import { phone, words } from '../format/number'

export function useLabels() {
  const { t, te } = useI18n()
  const named = (group: string, code: string) => (te(`${group}.${code}`) ? t(`${group}.${code}`) : words(code))
  const name = (work: WorkItemView) => work.customer?.name || work.caller_name
  function number(work: WorkItemView): string {
    const raw = work.direction === 'outbound' ? work.dnis : work.ani
    return raw ? phone(raw) : t('common.withheld')
  }
  const rawNumber = (row: InteractionRow) => row.customer_number || (row.direction === 'outbound' ? row.dnis : row.ani)
  const customerNumber = (row: InteractionRow) => (rawNumber(row) ? phone(rawNumber(row)) : '')
  return {
    state: (code: string) => named('state', code),
    /** `cause` of a call out that reached nobody says it better. */
    outcome: (code: string, cause = '') =>
      code === 'not_reached' && te(`unreached.${cause}`) ? t(`unreached.${cause}`) : named('outcome', code),
    segment: (code: string) => named('segment', code),
    direction: (code: string) => named('direction', code),
    /** Tiers are free text of the customers' file; usual ones have a name in each language. */
    tier: (name: string) => (te(`tier.${name.toLowerCase()}`) ? t(`tier.${name.toLowerCase()}`) : words(name)),
    channel: (code: string) => named('channel', code),
    offer: (code: string) => named('offer', code),
    /** Why a call out reached nobody. */
    unreached: (code: string) => (te(`unreached.${code}`) ? t(`unreached.${code}`) : t('outcome.not_reached')),
    /** The plan's own label of a not-ready reason wins; reasons the system sets have ours. */
    reason: (code: string, plan: Record<string, string>) => (code ? plan[code] || named('reason', code) : ''),
    /** The person at the other end, by the best name there is. */
    party: (work: WorkItemView) =>
      name(work) || (work.direction === 'outbound' ? number(work) : t('common.nobody')),
    number,
    isKnown: (work: WorkItemView) => name(work) !== '',
    /** The same of a call of the history: its name or number, the number as people write it, and as it is dialled. */
    customer: (row: InteractionRow) => row.customer_name || customerNumber(row) || t('common.withheld'),
    customerNumber,
    rawNumber,
  }
}
