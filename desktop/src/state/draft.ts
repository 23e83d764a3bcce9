/**
 * The result of the work item in hand as it is being typed: disposition and notes.
 *
 * Kept in the tab at every key stroke (a reload loses nothing) and on the server shortly after the last one. What is
 * typed here wins over what the server sends for as long as the work item is the same.
 */

import { ref, watch, type Ref } from 'vue'
import { Problem, saveWrapUp } from '../api/http'
import type { WorkItemView } from '../api/types'
import { sentence } from './tell'

export type Saving = 'same' | 'typing' | 'saving' | 'saved' | 'failed' | 'refused'

const PAUSE_MS = 600
const RETRY_MS = 3_000
const slot = 'ccserver.draft'

interface Stored {
  work: string
  disposition: string
  notes: string
}

function restored(work: WorkItemView): Stored | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(slot) ?? 'null') as Stored | null
    return kept?.work === work.id ? kept : null
  } catch {
    return null
  }
}

function store(kept: Stored | null): void {
  try {
    if (kept) sessionStorage.setItem(slot, JSON.stringify(kept))
    else sessionStorage.removeItem(slot)
  } catch {
    // without storage the server's copy has to do
  }
}

export interface Draft {
  disposition: Ref<string>
  notes: Ref<string>
  saving: Ref<Saving>
  /** What the server had against it, when it was refused. */
  why: Ref<string>
  /** Send what is there now; `done` ends the wrap-up. Errors go to the caller. */
  send(done: boolean): Promise<void>
  /** Last chance while the page or the work item goes away. */
  flush(): void
}

export function openDraft(agent: string, work: WorkItemView, isLinked: Ref<boolean>): Draft {
  const kept = restored(work)
  const disposition = ref(kept?.disposition ?? work.disposition)
  const notes = ref(kept?.notes ?? work.notes)
  const saving = ref<Saving>('same')
  const why = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined

  const current = (done: boolean) => ({
    work_item: work.id,
    disposition: disposition.value,
    notes: notes.value,
    done,
  })

  async function send(done: boolean): Promise<void> {
    clearTimeout(timer)
    saving.value = 'saving'
    const sent = current(done)
    try {
      await saveWrapUp(agent, sent)
    } catch (error) {
      // A server that is away is asked again; one that says no is not.
      const isFinal = error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429
      saving.value = isFinal ? 'refused' : 'failed'
      why.value = sentence(error)
      throw error
    }
    const isSame = sent.notes === notes.value && sent.disposition === disposition.value
    saving.value = isSame ? 'saved' : 'typing'
    if (isSame) store(null)
  }

  function later(pause: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      void send(false).catch(() => saving.value === 'failed' && later(RETRY_MS))
    }, pause)
  }

  watch([disposition, notes], () => {
    saving.value = 'typing'
    store({ work: work.id, disposition: disposition.value, notes: notes.value })
    later(PAUSE_MS)
  })
  watch(isLinked, (linked) => linked && saving.value === 'failed' && later(0))
  if (kept && (kept.notes !== work.notes || kept.disposition !== work.disposition)) later(0)

  return {
    disposition,
    notes,
    saving,
    why,
    send,
    flush() {
      clearTimeout(timer)
      if (saving.value === 'typing' || saving.value === 'failed') {
        void saveWrapUp(agent, current(false), true).catch(() => undefined)
      }
    },
  }
}
