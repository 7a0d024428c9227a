// SPDX-License-Identifier: Apache-2.0
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api, ApiError, ask, BACKGROUND, isProblem, sessionLapsed } from '@/api/client'
import type { Procedure, Session, Worklist } from '@/api/client'
import { dropAllDrafts } from '@/lib/draft'
import { tellTabs } from '@/lib/tabs'

export const useSession = defineStore('session', () => {
  const session = shallowRef<Session | null>(null)
  const counts = shallowRef<Worklist['counts'] | null>(null)
  const procedures = shallowRef<Procedure[]>([])
  const asked = ref(false)
  /** Another tab has logged in as somebody else, or gone on as another post. */
  const replaced = ref(false)

  const post = computed(() => session.value?.posts.find((p) => p.id === session.value?.post))
  const today = computed(() => session.value?.today ?? '')

  /** The article that a procedure rests on. */
  function articleOf(procedure: string): string {
    return procedures.value.find((one) => one.id === procedure)?.article ?? ''
  }

  function enter(next: Session): void {
    const changed = session.value?.post !== next.post
    session.value = next
    asked.value = true
    if (changed) {
      counts.value = null
      procedures.value = []
    }
  }

  /** Asks the server once whether somebody is logged in. */
  async function find(): Promise<Session | null> {
    if (session.value || asked.value) return session.value
    return refresh()
  }

  /** background: nobody asked, so the session is not to live longer for it. */
  async function refresh(background = false): Promise<Session | null> {
    const before = session.value
    const headers = background ? BACKGROUND : {}
    try {
      const next = await ask(api.GET('/session', { headers }))
      // Its own change of post may have been answered meanwhile.
      if (session.value !== before) return session.value
      if (before && before.post !== next.post) replaced.value = true
      enter(next)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      if (before) sessionLapsed()
      forget()
    }
    return session.value
  }

  function entered(next: Session): void {
    enter(next)
    replaced.value = false
    tellTabs('entered')
  }

  async function logIn(login: string, password: string): Promise<void> {
    entered(await ask(api.POST('/session', { body: { login, password } })))
  }

  async function activate(login: string, code: string, password: string): Promise<void> {
    entered(await ask(api.POST('/activation', { body: { login, code, password } })))
  }

  async function takePost(id: number): Promise<void> {
    entered(await ask(api.PUT('/session', { body: { post: id } })))
  }

  async function logOut(): Promise<void> {
    const answer = await api.DELETE('/session').catch(() => null)
    const status = answer?.response.status ?? 0
    if (status !== 204 && status !== 401) {
      throw new ApiError(status, isProblem(answer?.error) ? answer.error : null)
    }
    leave()
    tellTabs('logout')
  }

  /** Here or in another tab: nothing of the person stays. */
  function leave(): void {
    dropAllDrafts()
    forget()
  }

  function forget(): void {
    session.value = null
    counts.value = null
    procedures.value = []
    replaced.value = false
    asked.value = true
  }

  /** The numbers beside the boxes; a page that has just read them hands them over. */
  async function refreshCounts(background = false): Promise<void> {
    const params = { query: { box: 'todo' as const, limit: 1 } }
    const headers = background ? BACKGROUND : {}
    const page = await ask(api.GET('/worklist', { params, headers }))
    counts.value = page.counts
  }

  async function refreshProcedures(): Promise<void> {
    procedures.value = (await ask(api.GET('/procedures'))).procedures
  }

  return {
    session,
    replaced,
    counts,
    procedures,
    post,
    today,
    articleOf,
    find,
    refresh,
    logIn,
    activate,
    takePost,
    logOut,
    leave,
    forget,
    refreshCounts,
    refreshProcedures,
  }
})
