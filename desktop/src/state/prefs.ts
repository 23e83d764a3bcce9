/** What the person set on this browser: language, theme, keys. Kept in the browser only. */

import { ref, watch } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'

function stored(key: string): string | null {
  try {
    return localStorage.getItem(`ccserver.${key}`)
  } catch {
    return null // storage is switched off: the choice lasts as long as the page
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(`ccserver.${key}`, value)
  } catch {
    // as above
  }
}

export const storedLanguage = stored('language')

const wanted = stored('theme')
export const theme = ref<Theme>(wanted === 'light' || wanted === 'dark' ? wanted : 'auto')
/** Single-letter keys can be switched off (WCAG 2.2, 2.1.4). */
export const areKeysOn = ref(stored('keys') !== 'off')

const systemDark = matchMedia('(prefers-color-scheme: dark)')

function paint(): void {
  const isDark = theme.value === 'dark' || (theme.value === 'auto' && systemDark.matches)
  document.documentElement.classList.toggle('dark', isDark)
}
systemDark.addEventListener('change', paint)
watch(theme, (value) => (keep('theme', value), paint()))
watch(areKeysOn, (value) => keep('keys', value ? 'on' : 'off'))
paint()
