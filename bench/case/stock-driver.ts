/**
 * The same flow through raw engine REST calls, as well as it can be written: keep-alive, one batched long poll for all
 * topics, completions in parallel, only the variables that are needed. The topics do no work of their own.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import { createHttpClient } from '../../scripts/demo/http-client.ts'
import { serveOrders } from '../driver.ts'
import { sideBySide } from '../side-by-side.ts'
import {
  LOOK_AGAIN_MS,
  PAGE,
  PATIENCE_MS,
  stepsUntil,
  type CaseOrder,
  type CaseReport,
  type DeskStep,
} from './orders.ts'

export interface StockDriverSettings {
  /** ends in /engine-rest */
  readonly base: string
  readonly processKey: string
  readonly topics: readonly string[]
  readonly itemVersion: string
}

type Variables = Readonly<Record<string, { readonly value: string | boolean }>>

/** Who does it, and what our own desk tells the engine at that step. */
const DESKS: Readonly<Record<DeskStep, { login: string; group: string; variables: Variables }>> = {
  accept: {
    login: 'window2',
    group: 'POST-ACCEPTANCE',
    variables: { acceptanceOutcome: { value: 'accept' }, toleranceOpen: { value: false } },
  },
  review: { login: 'examiner1', group: 'POST-EXAMINER', variables: {} },
  decide: { login: 'chief1', group: 'POST-CHIEF', variables: { decision: { value: 'grant' } } },
  'hand-over': { login: 'issuer1', group: 'POST-ISSUER', variables: {} },
}

interface LockedTask {
  readonly id: string
  readonly topicName: string
}

serveOrders<StockDriverSettings, CaseOrder, CaseReport>(async (settings) => {
  const { base, processKey, topics, itemVersion } = settings
  const http = createHttpClient({ base })
  const post = <T>(path: string, json: unknown) =>
    http.json<T>(`${base}${path}`, { method: 'POST', json })
  const workerId = `bench-${process.pid}`
  let filed = 0

  async function fetchAndComplete(): Promise<void> {
    const tasks = await post<LockedTask[]>('/external-task/fetchAndLock', {
      workerId,
      maxTasks: 50,
      usePriority: false,
      asyncResponseTimeout: 5_000,
      topics: topics.map((topicName) => ({
        topicName,
        lockDuration: 60_000,
        variables: ['caseNo'],
        includeExtensionProperties: true,
      })),
    })
    await sideBySide(tasks, 16, async ({ id, topicName }) => {
      await post(`/external-task/${id}/complete`, {
        workerId,
        variables: topicName === 'material-check' ? { checksPassed: { value: true } } : {},
      })
    })
  }

  async function start(): Promise<string> {
    filed += 1
    const caseNo = `ST261123-${String(filed).padStart(6, '0')}`
    await post(`/process-definition/key/${processKey}/start`, {
      businessKey: caseNo,
      variables: {
        caseNo: { value: caseNo },
        itemVersion: { value: itemVersion },
        inbound: { value: 'window' },
        delivery: { value: 'window' },
      },
    })
    return caseNo
  }

  async function workDesk(step: DeskStep, count: number, width: number): Promise<void> {
    const { login, group, variables } = DESKS[step]
    const done = new Set<string>()
    const until = performance.now() + PATIENCE_MS
    while (done.size < count) {
      const rows = await post<{ id: string }[]>(`/task?maxResults=${PAGE}`, {
        candidateGroup: group,
        sorting: [{ sortBy: 'created', sortOrder: 'asc' }],
      })
      await sideBySide(rows, width, async ({ id }) => {
        await post(`/task/${id}/claim`, { userId: login })
        await post(`/task/${id}/complete`, { variables })
        done.add(id)
      })
      if (rows.length > 0) continue
      if (performance.now() > until) throw new Error(`${step}: ${done.size} of ${count} came`)
      await sleep(LOOK_AGAIN_MS)
    }
  }

  /** Between acceptance and review the topics still have to bring the case there. */
  async function reviewReached(cases: number): Promise<void> {
    const query = { candidateGroup: DESKS.review.group }
    while ((await post<{ count: number }>('/task/count', query)).count < cases)
      await sleep(LOOK_AGAIN_MS)
  }

  return async ({ cases, concurrency, until }) => {
    let working = true
    const worker = (async () => {
      while (working) await fetchAndComplete()
    })()
    const caseNos: string[] = []
    const people = (async () => {
      await sideBySide([...Array(cases).keys()], concurrency, async () => {
        caseNos.push(await start())
      })
      for (const step of stepsUntil(until)) await workDesk(step, cases, concurrency)
      if (until === 'accept') await reviewReached(cases)
    })()
    // A fault of the worker ends the turn too, instead of leaving the desks waiting.
    await Promise.race([people, worker.then(() => people)])
    working = false
    return { caseNos }
  }
})
