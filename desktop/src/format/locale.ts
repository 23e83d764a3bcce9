/** Whose habits dates and times follow: a language is not yet a region. */

const languageOf = (tag: string) => tag.toLowerCase().split(/[-_]/)[0]

/** Browsers on systems without a language name ones that are no BCP 47 tags, such as "en-US@posix": formatting with them throws. */
function isUsable(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0
  } catch {
    return false
  }
}

/** The first of the reader's locales (the browser's, by preference) that speaks the page's language; without one, the page's own. */
export function readersLocale(page: string, preferred: readonly string[]): string {
  return preferred.find((tag) => languageOf(tag) === languageOf(page) && isUsable(tag)) ?? page
}
