/** Telephone numbers and amounts as people read them. Pure. */

/** Country codes of one and two digits (ITU-T E.164 annex); all others have three. */
const SHORT = new Set(
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
)

function countryCode(digits: string): string {
  for (const length of [1, 2]) if (SHORT.has(digits.slice(0, length))) return digits.slice(0, length)
  return digits.slice(0, 3)
}

function sized(digits: string, sizes: number[]): string {
  const parts: string[] = []
  let at = 0
  for (const size of sizes) {
    parts.push(digits.slice(at, at + size))
    at += size
  }
  parts.push(digits.slice(at))
  return parts.filter(Boolean).join(' ')
}

/** Group sizes of the national number, without the last group, where the country has a habit that we know. */
function habit(country: string, national: string): number[] {
  if (country === '1') return [3, 3]
  if (country === '86') return national.startsWith('1') ? [3, 4] : national.startsWith('10') ? [2, 4] : [3, 4]
  if (country === '44') return /^2/.test(national) ? [2, 4] : /^(3|8)/.test(national) ? [3, 3] : [4, 3]
  if (country === '33') return [1, 2, 2, 2]
  const first = national.length % 3 === 1 ? 4 : 3
  return [first, ...Array<number>(Math.max(0, Math.floor((national.length - first - 1) / 3))).fill(3)]
}

/** "+442079460000" -> "+44 20 7946 0000". Anything that is not E.164 with a plus is shown as it is. */
export function phone(number: string): string {
  if (!/^\+\d{7,15}$/.test(number)) return number
  const digits = number.slice(1)
  const country = countryCode(digits)
  const national = digits.slice(country.length)
  return `+${country} ${sized(national, habit(country, national))}`
}

/** What somebody typed or pasted with a plus, as E.164, or null: then the server has to read it in the centre's region. */
export function dialable(text: string): string | null {
  if (text.includes('(0)')) return null // a digit that is not dialled from abroad
  const bare = text.replace(/[\s().\-/]/g, '')
  return /^\+[1-9]\d{6,14}$/.test(bare) ? bare : null
}

/** Could this be a number at all? Names of queues and colleagues are not. */
export function isLikeNumber(text: string): boolean {
  return /^\s*\+?[\d\s().\-/]{3,39}$/.test(text) && text.replace(/\D/g, '').length >= 3
}

/** The customer's worth, without a currency: the installation knows it, the page does not. */
export function amount(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value)
}

/** A code such as "call_back_later" as words; anything that is no code stays as it is. */
export function words(code: string): string {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(code)) return code
  const text = code.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
