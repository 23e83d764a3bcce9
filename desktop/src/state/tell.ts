/** Telling the person that something went wrong, in one place and in one tone. */

import { ElMessage } from 'element-plus/es/components/message/index.mjs'
import { Problem } from '../api/http'
import { i18n } from '../i18n'

/** One sentence for a failed request. */
export function sentence(error: unknown): string {
  const { t, te } = i18n.global
  if (!(error instanceof Problem)) return String(error)
  if (error.status === 0) return t('error.unreachable')
  if (te(`refusal.${error.reason}`)) return t(`refusal.${error.reason}`)
  if (error.retryAfterSeconds) return t('error.tooMany', { seconds: error.retryAfterSeconds })
  if (error.title && error.detail && error.detail !== error.title) return `${error.title}: ${error.detail}`
  return error.detail || error.title || t('error.status', { status: error.status })
}

/** Below, where it covers neither the call nor its buttons. */
const place = { grouping: true, placement: 'bottom', offset: 24 } as const

export function tell(error: unknown): void {
  ElMessage({ type: 'error', message: sentence(error), duration: 8_000, showClose: true, ...place })
}

export function tellDone(message: string): void {
  ElMessage({ type: 'success', message, duration: 3_000, ...place })
}
