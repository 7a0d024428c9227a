// SPDX-License-Identifier: Apache-2.0
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { showInstant } from '@/lib/date'

/** Keeps what was typed over a reload, a lapsed session and a mistaken click. It lies in this tab
 * only: computers are shared, and what is typed here may not stay on their disks. */

const PREFIX = 'yunjian.draft.'
const DELAY_MS = 400

export interface Draft<T> {
  savedAt: Ref<string>
  /** What was kept under this name, or null. */
  read(): T | null
  /** Begin keeping; call once the model is filled. */
  keep(): void
  /** Keep it now, because what follows may get lost. */
  flush(): void
  drop(): void
}

/** Those on the page, so that none is written after all were dropped. */
const live = new Set<() => void>()

/** The name is fixed: what was typed under a post stays with it when the session goes on as
 * another or ends. */
export function useDraft<T>(name: string, model: () => T): Draft<T> {
  const savedAt = ref('')
  let active = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function save(): void {
    timer = undefined
    try {
      sessionStorage.setItem(PREFIX + name, JSON.stringify(model()))
      savedAt.value = showInstant(Date.now()).slice(11, 16)
    } catch {
      savedAt.value = '' // storage is full or forbidden: say nothing was kept
    }
  }
  const warn = (event: BeforeUnloadEvent) => {
    if (active && savedAt.value) event.preventDefault()
  }

  watch(
    model,
    () => {
      if (!active) return
      clearTimeout(timer)
      timer = setTimeout(save, DELAY_MS)
    },
    { deep: true },
  )
  function drop(): void {
    active = false
    clearTimeout(timer)
    timer = undefined
    savedAt.value = ''
    sessionStorage.removeItem(PREFIX + name)
  }
  live.add(drop)
  onMounted(() => window.addEventListener('beforeunload', warn))
  onBeforeUnmount(() => {
    window.removeEventListener('beforeunload', warn)
    live.delete(drop)
    if (timer !== undefined) {
      clearTimeout(timer)
      save()
    }
  })

  return {
    savedAt,
    read() {
      try {
        const text = sessionStorage.getItem(PREFIX + name)
        return text ? (JSON.parse(text) as T) : null
      } catch {
        return null
      }
    },
    keep() {
      active = true
    },
    flush() {
      clearTimeout(timer)
      save()
    },
    drop,
  }
}

/** At log-out nothing of a person stays in the tab. */
export function dropAllDrafts(): void {
  for (const drop of live) drop()
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key)
  }
}
