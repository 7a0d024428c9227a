// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, it, vi } from 'vitest'
import { onPostChanged } from '@/api/client'
import { Attachments } from '@/lib/attachments'

const file = () => new File(['x'], 'a.pdf')
const json = (body: unknown, status: number) => new Response(JSON.stringify(body), { status })
afterEach(() => void vi.unstubAllGlobals())

function serve(answer: (method: string) => Response) {
  const seen: string[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const post = new Headers(init.headers).get('Yunjian-Post')
    seen.push(`${init.method} ${url} as ${post}`)
    return answer(init.method!)
  })
  return seen
}

it('a removed file goes from the server too, and uploads name the post of their page', async () => {
  const done = { id: 9, name: 'a.pdf', size: 1, received: 1, digest: 'd' }
  const seen = serve((method) => (method === 'DELETE' ? json({}, 404) : json(done, 201)))
  const attachments = new Attachments(7)
  attachments.add('plan', file())
  await vi.waitFor(() => expect(attachments.list[0]?.state).toBe('done'))
  attachments.remove(attachments.list[0]!.key)
  expect(attachments.list).toEqual([])
  await vi.waitFor(() => expect(seen.length).toBe(2))
  expect(seen).toEqual(['POST /api/v1/uploads as 7', 'DELETE /api/v1/uploads/9 as 7'])
})

it('an upload under another post is refused and the session looked at', async () => {
  const looked = vi.fn()
  onPostChanged(looked)
  const about = { type: '', title: '', detail: 'd', reasons: [] }
  const problem = { ...about, status: 409, code: 'post-changed' }
  serve(() => json(problem, 409))
  const attachments = new Attachments(7)
  attachments.add('plan', file())
  await vi.waitFor(() => expect(attachments.list[0]?.state).toBe('refused'))
  expect(attachments.list[0]?.why).toBe('d')
  expect(looked).toHaveBeenCalledOnce()
})
