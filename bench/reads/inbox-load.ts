/** Clerks who turn to page one of their inbox again and again; each begins when the page before has come. */
import { createHttpClient } from '../../scripts/demo/http-client.ts'
import { signIn } from '../../scripts/demo/staff.ts'
import { serveOrders } from '../driver.ts'
import { latencyOf, type ReadReport } from './read-report.ts'

export interface InboxLoadSettings {
  readonly side: 'ours' | 'engine'
  readonly base: string
  readonly login: string
  readonly password: string
  readonly post: string
}

export interface InboxLoadOrder {
  readonly connections: number
  readonly seconds: number
}

export interface InboxLoadReport extends ReadReport {
  readonly total: number
}

const PAGE = 20

serveOrders<InboxLoadSettings, InboxLoadOrder, InboxLoadReport>(async (settings) => {
  const page = settings.side === 'ours' ? await ourPage(settings) : enginePage(settings)
  return async ({ connections, seconds }) => {
    const latencies: number[] = []
    let total = 0
    const began = performance.now()
    const until = began + seconds * 1000
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (performance.now() < until) {
          const askedAt = performance.now()
          total = await page()
          latencies.push(performance.now() - askedAt)
        }
      }),
    )
    const figures = latencyOf(latencies, (performance.now() - began) / 1000)
    return { ...figures, answers: { 200: latencies.length }, total }
  }
})

/** @returns a page with its total; throws when it is not full */
async function ourPage({
  base,
  login,
  password,
}: InboxLoadSettings): Promise<() => Promise<number>> {
  const staff = await signIn({ base, login, password })
  return async () => {
    const { rows, total } = await staff.get<{ rows: unknown[]; total: { count: number } }>(
      `/api/desk/inbox?sort=promised&pageSize=${PAGE}`,
    )
    if (rows.length !== PAGE) throw new Error(`a page of ${rows.length} rows`)
    return total.count
  }
}

/** Page and count side by side, then the variables of the whole page in one request instead of twenty. */
function enginePage({ base, post }: InboxLoadSettings): () => Promise<number> {
  const http = createHttpClient({ base })
  const ask = <T>(path: string, json: unknown) =>
    http.json<T>(`${base}${path}`, { method: 'POST', json })
  return async () => {
    const [tasks, { count }] = await Promise.all([
      ask<{ processInstanceId: string }[]>(`/task?maxResults=${PAGE}`, {
        candidateGroup: post,
        sorting: [{ sortBy: 'dueDate', sortOrder: 'asc' }],
      }),
      ask<{ count: number }>('/task/count', { candidateGroup: post }),
    ])
    const variables = await ask<unknown[]>('/variable-instance', {
      processInstanceIdIn: tasks.map((task) => task.processInstanceId),
    })
    if (tasks.length !== PAGE || variables.length < PAGE)
      throw new Error(`a page of ${tasks.length} rows and ${variables.length} variables`)
    return count
  }
}
