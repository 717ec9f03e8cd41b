import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pino } from 'pino'
import { Topics } from '../../contracts/topics.ts'
import { subscribe, type Subscription } from '../../workers/subscribe.ts'
import { topic, type Topic } from '../../workers/topic.ts'
import { ownWorkerId } from '../../workers/worker-identity.ts'
import { deployed, startEngineBench, type EngineBench } from './engine-fixture.ts'
import { startMeddlingProxy, type Meddling, type MeddlingProxy } from './meddling-proxy.ts'
import { until } from './until.ts'

let bench: EngineBench
let definitionId: string
let proxy: MeddlingProxy
let nextCase = 1
interface Case {
  readonly caseNo: string
  readonly processInstanceId: string
}
const running: Subscription[] = []

beforeAll(async () => {
  bench = await startEngineBench()
  definitionId = await deployed(bench.gateway, 'notify-only')
})
beforeEach(async () => {
  proxy = await startMeddlingProxy(bench.host.url)
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()))
  await proxy.close()
})
afterAll(() => bench.close())

function work(run: Topic['run'], drainMs = 8_000): Subscription {
  const worker = subscribe({
    engineUrl: proxy.url,
    token: bench.host.workerToken,
    workerId: ownWorkerId(),
    topics: [topic({ contract: { ...Topics.notify, backoffSeconds: [0] }, run })],
    log: pino({ level: 'silent' }),
    asyncResponseTimeoutMs: 500,
    drainMs,
  })
  running.push(worker)
  worker.start()
  return worker
}

async function startCase(): Promise<Case> {
  const caseNo = `TH261123-${String(nextCase++).padStart(4, '0')}`
  const variables = { caseNo }
  const result = await bench.gateway.start({ definitionId, businessKey: caseNo, variables })
  if (result.kind !== 'ok') throw new Error(result.kind)
  return { caseNo, ...result.value }
}

async function taskOf(processInstanceId: string) {
  const { rows } = await bench.database.ownerDb.raw<{
    rows: { retries: number | null; worker: string | null }[]
  }>(
    'select t.retries_ as retries, t.worker_id_ as worker from engine.act_ru_ext_task t where t.proc_inst_id_ = ?',
    [processInstanceId],
  )
  return rows[0]
}

async function giveToAnotherWorker(processInstanceId: string): Promise<void> {
  await bench.database.ownerDb.transaction(async (trx) => {
    await trx.raw('set local role yichuang_engine')
    await trx.raw(
      `update engine.act_ru_ext_task set worker_id_ = 'another' where proc_inst_id_ = ?`,
      [processInstanceId],
    )
  })
}

describe('many completions in one request', () => {
  const isBulk = (path: string) => path.endsWith('/bulk/external-task/complete')

  /** Three tasks of one worker whose handlers end in the same moment. */
  async function threeAtOnce(meanwhile: (cases: readonly Case[]) => Promise<void>) {
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => (letGo = () => resolve()))
    const worker = work(async () => (await held, {}))
    const cases = await Promise.all(Array.from({ length: 3 }, () => startCase()))
    await until('all handlers run', () => worker.runningTasks() === 3)
    await meanwhile(cases)
    letGo()
    await until('all are reported', () => worker.runningTasks() === 0)
    return { worker, cases }
  }

  it('of which one is held by another worker by now and one is gone: each has its own end', async () => {
    let requests = 0
    proxy.decide = (_method, path) => {
      if (isBulk(path)) requests += 1
      return 'pass'
    }
    const { worker, cases } = await threeAtOnce(async ([taken, cancelled]) => {
      await giveToAnotherWorker(taken?.processInstanceId ?? '')
      await bench.gateway.cancel(cancelled?.caseNo ?? '')
    })

    expect(requests).toBe(1)
    expect(worker.counters).toMatchObject({ completed: 2, lost: 1, retried: 0, incidents: 0 })
    const left = await Promise.all(cases.map((c) => taskOf(c.processInstanceId)))
    expect(left).toEqual([{ worker: 'another', retries: null }, undefined, undefined])
  })

  it('whose answer is lost are all asked again, and found done', async () => {
    let losses = 0
    proxy.decide = (_method, path) => (isBulk(path) && (losses += 1) === 1 ? 'lose-answer' : 'pass')
    const { worker, cases } = await threeAtOnce(async () => undefined)

    expect(losses).toBeGreaterThan(1)
    expect(worker.counters).toMatchObject({ completed: 3, lost: 0, retried: 0, incidents: 0 })
    const left = await Promise.all(cases.map((c) => taskOf(c.processInstanceId)))
    expect(left).toEqual([undefined, undefined, undefined])
  })

  it('answered by a page are asked again', async () => {
    let pages = 0
    proxy.decide = (_method, path) =>
      isBulk(path) && (pages += 1) === 1
        ? { status: 200, type: 'text/html', body: '<html>maintenance</html>' }
        : 'pass'
    const { worker } = await threeAtOnce(async () => undefined)
    expect(worker.counters).toMatchObject({ completed: 3, retried: 0, incidents: 0 })
  })

  it('are waited for when the worker stops meanwhile', async () => {
    let letPass = (): void => undefined
    const held = new Promise<void>((resolve) => (letPass = () => resolve()))
    let asked = false
    proxy.decide = async (_method, path): Promise<Meddling> => {
      if (!isBulk(path)) return 'pass'
      asked = true
      await held
      return 'pass'
    }
    const worker = work(async () => ({}))
    const { processInstanceId } = await startCase()
    await until('the completion is on its way', () => asked)

    const stopped = worker.stop()
    letPass()
    await stopped

    expect(await taskOf(processInstanceId)).toBeUndefined()
    expect(worker.counters).toMatchObject({ completed: 1, retried: 0 })
  })

  it('that outlast the drain are left to their locks, and the stop ends', async () => {
    let asked = false
    let letPass = (): void => undefined
    const held = new Promise<void>((resolve) => (letPass = () => resolve()))
    proxy.decide = async (_method, path): Promise<Meddling> => {
      if (!isBulk(path)) return 'pass'
      asked = true
      await held
      return 'lose-request'
    }
    const worker = work(async () => ({}), 200)
    const { processInstanceId } = await startCase()
    await until('the completion is on its way', () => asked)
    await worker.stop()

    expect(worker.counters).toMatchObject({ completed: 0, incidents: 0 })
    expect(await taskOf(processInstanceId)).toMatchObject({ retries: null })
    letPass()
  })
})
