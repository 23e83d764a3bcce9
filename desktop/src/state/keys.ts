/**
 * Keys. Each is announced where its button is and in the list of keys; a key without a button does not exist.
 * Plain letters and digits are silent in text fields, in dialogs, and when the person has switched them off.
 */

import { onScopeDispose, shallowReactive } from 'vue'
import { areKeysOn } from './prefs'

export interface Key {
  /** "r", "shift+1", "ctrl+enter", "enter", "?" */
  combo: string
  /** Text of the list of keys, already in the person's language; a function because the language can change. */
  label: () => string
  run: () => void
  when?: () => boolean
}

export const keys = shallowReactive<Set<Key>>(new Set())

/** How a combination is written on the page. */
export function shown(combo: string): string {
  return combo
    .split('+')
    .map((part) => ({ shift: '⇧', ctrl: 'Ctrl ', enter: '↵', escape: 'Esc' })[part] ?? part.toUpperCase())
    .join('')
}

function comboOf(event: KeyboardEvent): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)
  const name = digit && event.shiftKey ? digit[1]! : event.key.toLowerCase()
  const parts: string[] = []
  if (event.ctrlKey || event.metaKey) parts.push('ctrl')
  if (event.altKey) parts.push('alt')
  // The shift of "?" is part of the character; of a letter or digit it is part of the combination.
  if (event.shiftKey && /^[a-z0-9]$|.{2,}/.test(name)) parts.push('shift')
  return [...parts, name].join('+')
}

const isField = (element: Element) =>
  element.matches('input, textarea, select, [contenteditable=""], [contenteditable="true"]')
const isControl = (element: Element) => element.closest('button, a[href], [role="option"], [role="menuitem"]') !== null

function allows(event: KeyboardEvent, combo: string): boolean {
  const target = event.target instanceof Element ? event.target : document.body
  if (combo.startsWith('ctrl+')) return true
  if (isField(target) || target.closest('[role="dialog"], [role="menu"]')) return false
  if (combo === 'enter') return !isControl(target)
  return areKeysOn.value
}

window.addEventListener('keydown', (event) => {
  if (event.repeat || event.isComposing || event.defaultPrevented) return
  const combo = comboOf(event)
  if (!allows(event, combo)) return
  // The youngest registration wins: what opened last is what the person looks at.
  for (const key of [...keys].reverse()) {
    if (key.combo !== combo || (key.when && !key.when())) continue
    event.preventDefault()
    key.run()
    return
  }
})

/** Register keys for as long as the component lives. */
export function useKeys(...own: Key[]): void {
  for (const key of own) keys.add(key)
  onScopeDispose(() => own.forEach((key) => keys.delete(key)))
}
