/** A clerk at the desk: signs in by OIDC as a person does, then works tasks through the public API. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { createHttpClient, HttpProblem } from './http-client.ts'

export interface InboxRow {
  readonly taskId: string
  readonly caseNo: string
  readonly act: string
  readonly step: string
}

export interface StaffOptions {
  readonly base: string
  readonly login: string
  readonly password: string
  readonly dispatcher?: Dispatcher
}

const PATIENCE_MS = 60_000

export async function signIn({ base, login, password, dispatcher }: StaffOptions) {
  const http = createHttpClient({ base, ...(dispatcher === undefined ? {} : { dispatcher }) })
  const { answer, url } = await http.browse('/auth/login')
  const action = /<form[^>]*action="([^"]+)"/.exec(answer.text)?.[1]
  if (action === undefined) throw new Error(`no sign-in form at ${url.pathname}`)
  const done = await http.browse(new URL(action, url).href, {
    method: 'POST',
    form: { login, password },
  })
  if (done.answer.status >= 400) throw new HttpProblem(`sign in ${login}`, done.answer)
  const session = await http.json<{ csrfToken: string; person?: { id: string } }>('/api/session')
  const headers = { 'x-csrf-token': session.csrfToken, origin: new URL(base).origin }

  const get = <T>(path: string) => http.json<T>(path)
  const post = <T>(path: string, json: unknown = {}, more: Record<string, string> = {}) =>
    http.json<T>(path, { method: 'POST', json, headers: { ...headers, ...more } })
  const put = <T>(path: string, json: unknown) =>
    http.json<T>(path, { method: 'PUT', json, headers })

  /** The open task of a case that this person may do (any, or of that act); waits until the flow has brought it. */
  async function findTask(caseNo: string, act?: string): Promise<InboxRow> {
    const until = performance.now() + PATIENCE_MS
    for (let pause = 20; performance.now() < until; pause = Math.min(pause * 1.5, 400)) {
      const { rows } = await get<{ rows: InboxRow[] }>(
        `/api/desk/inbox?search=${encodeURIComponent(caseNo)}`,
      )
      const found = rows.find(
        (row) => row.caseNo === caseNo && (act === undefined || row.act === act),
      )
      if (found !== undefined) return found
      await sleep(pause)
    }
    throw new Error(`${login} waited 60 s for the task "${act ?? 'any'}" of ${caseNo}`)
  }

  /** Claim, then act. */
  async function act(caseNo: string, name: string, body: unknown): Promise<void> {
    const task = await findTask(caseNo, name)
    await post(`/api/desk/tasks/${task.taskId}/claim`)
    await post(`/api/desk/tasks/${task.taskId}/${name}`, body)
  }

  return { login, http, headers, get, post, put, findTask, act }
}

export type Staff = Awaited<ReturnType<typeof signIn>>
