// SPDX-License-Identifier: Apache-2.0
import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from '@/api.d'

type Schemas = components['schemas']
export type Label = Schemas['Label']
export type Named = Schemas['Named']
export type Problem = Schemas['Problem']
export type Reason = Problem['reasons'][number]
export type Session = Schemas['Session']
export type Post = Schemas['Post']
export type Light = Schemas['Light']
export type WorkRow = Schemas['WorkRow']
export type Worklist = Schemas['Worklist']
export type Box = 'todo' | 'done' | 'mine' | 'all'
export type Procedure = Schemas['Procedure']
export type ProcedureForm = Schemas['ProcedureForm']
export type Field = Schemas['Field']
export type MaterialSlot = Schemas['MaterialSlot']
export type Item = Schemas['Item']
export type Action = Schemas['Action']
export type Outcome = Action['outcomes'][number]
export type Case = Schemas['Case']
export type Task = Schemas['Task']
export type Stage = Schemas['Stage']
export type Material = Schemas['Material']
export type DerivationStep = Schemas['DerivationStep']
export type Entry = Schemas['Entry']
export type Upload = Schemas['Upload']
export type Proof = Schemas['Proof']
export type Opening = Schemas['Opening']
export type Decision = Schemas['Decision']
export type Receipt = Schemas['Receipt']
export type Shown = Schemas['Shown']
export type Line = Schemas['Line']
export type Registers = Schemas['Registers']
export type Report = Schemas['Report']
export type Register = Schemas['Register']
export type RegisterPage = Schemas['RegisterPage']
export type SystemRow = Schemas['SystemRow']
export type SystemPage = Schemas['SystemPage']
export type Notice = Case['notices'][number]
export type Delegation = Schemas['Delegations']['delegations'][number]
export type FurtherStep = Schemas['FurtherMaterials']['steps'][number]
export type Paper = Schemas['Paper']
export type PolicyRow = Schemas['PolicyRow']
export type PolicyPage = Schemas['PolicyPage']
export type ArticleRow = Schemas['ArticleRow']
export type Article = Schemas['Article']
export type Requirement = Schemas['Requirement']
export type Rule = Schemas['Rule']
export type ScenarioLine = Schemas['ScenarioLine']
export type CoverageState = Schemas['CoverageState']
export type CoverageCounts = Schemas['CoverageCounts']
export type PolicySide = Schemas['PolicySide']

export const BASE = '/api/v1'
/** The post that a page was built with; the server refuses a command of another. */
export const POST_HEADER = 'Yunjian-Post'
/** Asked by the page, not by a person: keeps no session alive. */
export const BACKGROUND = { 'Yunjian-Background': '1' }
const TRIES = 3

/** What the server refused, or that it could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
  ) {
    super(problem?.detail ?? `status ${status}`)
  }

  get code(): string {
    return this.problem?.code ?? (this.status === 0 ? 'network' : '')
  }
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'detail' in value && 'status' in value
}

let language = 'zh'
let lapsed: () => void = () => {}
let postChanged: () => void = () => {}

export function setApiLanguage(locale: string): void {
  language = locale
}

/** Called when the session has ended under a page that needs one. */
export function onSessionLapsed(handler: () => void): void {
  lapsed = handler
}

/** Called when the browser's session turns out to act as another post than the page. */
export function onPostChanged(handler: () => void): void {
  postChanged = handler
}

/** For who finds the session gone by asking for it. */
export function sessionLapsed(): void {
  lapsed()
}

/** Of a command. Not a literal at the call: a type made from the API need not name both. */
export function commandHeaders(post: number, key: string) {
  return { 'Idempotency-Key': key, [POST_HEADER]: post }
}

async function watchPost(response: Response): Promise<void> {
  if (response.status !== 409) return
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  if (isProblem(body) && body.code === 'post-changed') postChanged()
}

function acceptLanguage(): string {
  return language === 'zh' ? 'zh-CN, zh;q=0.9' : 'en'
}

/** Requests outside the typed client (uploads), with the same language and session handling. */
export async function apiFetch(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('Accept-Language', acceptLanguage())
  const response = await fetch(BASE + path, { ...init, headers, credentials: 'same-origin' })
  if (response.status === 401) lapsed()
  await watchPost(response)
  return response
}

const middleware: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', acceptLanguage())
    return request
  },
  async onResponse({ request, response, schemaPath }) {
    // A wrong password or code is an answer to the page, not the end of a session.
    const login = request.method === 'POST' && /^\/(session|activation)$/.test(schemaPath)
    // Whoever asks for the session, or ends it, sees to its absence.
    const probe = /^(GET|DELETE)$/.test(request.method) && schemaPath === '/session'
    if (response.status === 401 && !login && !probe) lapsed()
    await watchPost(response)
    return response
  },
}

export const api = createClient<paths>({ baseUrl: BASE, credentials: 'same-origin' })
api.use(middleware)

type Answer<T> = { data?: T; error?: unknown; response: Response }

/** The body of a good answer; anything else is thrown as ApiError. */
export async function ask<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await request
  } catch {
    throw new ApiError(0, null)
  }
  if (answer.response.ok) return answer.data as T
  throw new ApiError(answer.response.status, isProblem(answer.error) ? answer.error : null)
}

/** A write with an idempotency key may be sent again when the answer was lost or the server was
 * busy: the same key never does anything twice. */
export async function submit<T>(send: () => Promise<Answer<T>>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask(send())
    } catch (error) {
      const again = error instanceof ApiError && (error.status === 0 || error.status === 503)
      if (!again || tries >= TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 1000 * tries))
    }
  }
}
