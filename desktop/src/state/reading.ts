/** A number as it is being typed, and what would be dialled for it. The server reads it: it knows the centre's region. */

import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { readNumber } from '../api/http'
import { dialable, isLikeNumber } from '../format/number'

const PAUSE_MS = 200

export interface Reading {
  /** E.164, or empty while it is unknown or none. */
  number: Ref<string>
  /** What is typed now is not waited for any more: ask the server at once. Throws when it does not answer. */
  read(): Promise<string>
}

export function useReading(text: Ref<string>): Reading {
  const number = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined

  async function read(): Promise<string> {
    clearTimeout(timer)
    const written = text.value.trim().replace(/\s+/g, ' ')
    const found = number.value || !isLikeNumber(written) ? number.value : ((await readNumber(written)) ?? '')
    if (written === text.value.trim().replace(/\s+/g, ' ')) number.value = found
    return found
  }

  watch(text, () => {
    clearTimeout(timer)
    number.value = dialable(text.value) ?? ''
    // A server that is away is asked again at the next key, and when the number is to be called.
    if (!number.value && isLikeNumber(text.value)) timer = setTimeout(() => void read().catch(() => ''), PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(timer))
  return { number, read }
}
