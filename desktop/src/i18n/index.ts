import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import { readersLocale } from '../format/locale'
import { keep, storedLanguage } from '../state/prefs'
import { en, type Catalogue } from './en'
import { zh } from './zh'

export type Language = 'en' | 'zh-CN'
export const languages: readonly { code: Language; name: string }[] = [
  { code: 'en', name: en.language },
  { code: 'zh-CN', name: zh.language },
]

function first(): Language {
  const wanted = storedLanguage ?? navigator.language
  return wanted.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

export const i18n = createI18n<[Catalogue], Language, false>({
  legacy: false,
  locale: first(),
  fallbackLocale: 'en',
  messages: { en, 'zh-CN': zh },
})

/** For dates and times: `en` alone is American, and the reader may be anywhere. */
export const dateLocale = computed(() => readersLocale(i18n.global.locale.value, navigator.languages))

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  document.documentElement.lang = language
  keep('language', language)
}
document.documentElement.lang = i18n.global.locale.value
