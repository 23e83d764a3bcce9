/** Why a call was offered to an agent, in the reader's language, with names, local time and the right plural. */

import { useI18n } from 'vue-i18n'
import type { WhyView } from '../api/types'
import { clock, timeOfDay } from '../format/time'
import { dateLocale } from '../i18n'
import { useLabels } from './labels'

export function useWhy() {
  const { t, te, locale } = useI18n()
  const labels = useLabels()
  const list = (names: string[]) => new Intl.ListFormat(locale.value, { type: 'conjunction' }).format(names)

  /** `who` is the agent's name, or empty for the reader. `fallback` is the server's own sentence. */
  function sentence(why: WhyView | null, fallback: string, who = ''): string {
    const person = who ? 'other' : 'you'
    const code = why?.code === 'returned' && !why.by ? 'returned_from_number' : why?.code
    if (!why || !te(`why.${code}.${person}`)) return fallback
    const since = why.idle_since ? t('why.since', { time: timeOfDay(why.idle_since, dateLocale.value) }) : ''
    const values = { who, by: why.by, n: why.qualified, since }
    const parts = [t(`why.${code}.${person}`, values, why.qualified)]
    if (why.code === 'most_urgent') parts.push(...urgency(why))
    parts.push(...why.preferred.map((each) => preferred(each, person)).filter(Boolean))
    if (why.queue) parts.push(t('why.further', { queue: why.queue }))
    if (why.without_skill.length) parts.push(t('why.withoutSkill', { names: list(why.without_skill) }))
    if (why.without_page.length) parts.push(t('why.withoutPage', { names: list(why.without_page) }))
    if (why.missed_before.length) parts.push(t('why.missed', { names: list(why.missed_before) }))
    if (why.is_last_resort) parts.push(t('why.lastResort'))
    return parts.join(locale.value.startsWith('zh') ? '' : ' ')
  }
  /** Whom the call was meant for: this agent, or one who could not take it. */
  function preferred(each: WhyView['preferred'][number], person: string): string {
    const was = each.state === 'asked' ? person : 'missing'
    const state = te(`why.preferredState.${each.state}`) ? t(`why.preferredState.${each.state}`) : each.state
    const key = `why.preferred.${each.preferred_as}.${was}`
    return te(key) ? t(key, { who: each.agent, state }) : ''
  }
  /** Why this call, and who else was weighed. */
  function urgency(why: WhyView): string[] {
    const wait = { time: clock(why.waited_seconds), tier: why.tier && labels.tier(why.tier) }
    const parts = [t(why.tier ? 'why.waitedInTier' : 'why.waited', wait)]
    if (why.ahead.length) parts.push(t('why.ahead', { n: why.ahead.length }, why.ahead.length))
    if (why.kept.length) parts.push(t('why.kept', { names: list(why.kept.map((each) => each.agent)) }))
    return parts
  }
  return { sentence }
}
