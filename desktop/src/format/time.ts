/** Lengths and instants as people read them. Pure: the current instant is an argument. */

/** 7 -> "0:07", 3723 -> "1:02:03". Below zero and what is no number count as zero. */
export function clock(seconds: number): string {
  const all = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0
  const two = (part: number) => String(part).padStart(2, '0')
  const hours = Math.floor(all / 3600)
  const minutes = Math.floor((all % 3600) / 60)
  return hours ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`
}

/** Seconds from an ISO instant until `now` (ms); 0 for what cannot be read. */
export function secondsSince(instant: string, now: number): number {
  const at = Date.parse(instant)
  return Number.isNaN(at) ? 0 : Math.max(0, (now - at) / 1000)
}

/** Seconds from `now` (ms) until an ISO instant, never below zero. */
export function secondsUntil(instant: string, now: number): number {
  const at = Date.parse(instant)
  return Number.isNaN(at) ? 0 : Math.max(0, (at - now) / 1000)
}

const MONTH_DAYS = 30
const YEAR_DAYS = 365

/** Midnights in local time between two instants: 0 on the same calendar day, 1 for yesterday, whatever the hours between. */
function calendarDays(at: number, now: number): number {
  const day = (instant: number) => {
    const local = new Date(instant)
    return Date.UTC(local.getFullYear(), local.getMonth(), local.getDate())
  }
  return Math.round((day(now) - day(at)) / 86_400_000)
}

/** "5 minutes ago", "yesterday", in the language of `locale`. From an hour on, days are those of the reader's calendar. */
export function ago(instant: string, now: number, locale: string, style: 'long' | 'short' = 'long'): string {
  const seconds = secondsSince(instant, now)
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style })
  if (seconds < 60) return words.format(0, 'second')
  if (seconds < 3_600) return words.format(-Math.floor(seconds / 60), 'minute')
  const days = calendarDays(Date.parse(instant), now)
  if (days < 1) return words.format(-Math.floor(seconds / 3_600), 'hour')
  if (days < MONTH_DAYS) return words.format(-days, 'day')
  if (days < YEAR_DAYS) return words.format(-Math.floor(days / MONTH_DAYS), 'month')
  return words.format(-Math.floor(days / YEAR_DAYS), 'year')
}

/** Date and time of day, as the region of `locale` writes them. */
export function moment(instant: string, locale: string): string {
  const at = Date.parse(instant)
  if (Number.isNaN(at)) return ''
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(at)
}

/** The local time of day, "14:03". */
export function timeOfDay(instant: string, locale: string): string {
  const at = Date.parse(instant)
  return Number.isNaN(at) ? '' : new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(at)
}

/** The same with seconds, "14:03:07": where stretches of a few seconds follow one another. */
export function secondOfDay(instant: string, locale: string): string {
  const at = Date.parse(instant)
  return Number.isNaN(at) ? '' : new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(at)
}

/** Midnight of the day `days` before that of `now` (ms), in local time. */
export function midnight(now: number, days: number): Date {
  const day = new Date(now)
  day.setHours(0, 0, 0, 0)
  day.setDate(day.getDate() - days)
  return day
}
