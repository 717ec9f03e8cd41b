import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pino } from 'pino'
import { problem } from '../../contracts/problems.ts'
import { Topics, type TopicContract } from '../../contracts/topics.ts'
import { subscribe, type Subscription } from '../../workers/subscribe.ts'
import { topic, type Topic, type TopicTask } from '../../workers/topic.ts'
import { claimWorkerId, ownWorkerId } from '../../workers/worker-identity.ts'
import { deployed, startEngineBench, type EngineBench } from './engine-fixture.ts'
import { startMeddlingProxy, type MeddlingProxy } from './meddling-proxy.ts'
import { until } from './until.ts'

let bench: EngineBench
let definitionId: string
let proxy: MeddlingProxy
let nextCase = 1
const running: Subscription[] = []
const log = pino({ level: 'silent' })

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

const notify = (run: Topic['run'], change: Partial<TopicContract> = {}) =>
  topic({ contract: { ...Topics.notify, backoffSeconds: [0], ...change }, run })

function work(topics: readonly Topic[], workerId = ownWorkerId(), url = proxy.url): Subscription {
  const worker = subscribe({
    engineUrl: url,
    token: bench.host.workerToken,
    workerId,
    topics,
    log,
    asyncResponseTimeoutMs: 500,
  })
  running.push(worker)
  worker.start()
  return worker
}

async function startCase(
  variables: Record<string, string | boolean> = {},
): Promise<{ caseNo: string; processInstanceId: string }> {
  const caseNo = `TH261123-${String(nextCase++).padStart(4, '0')}`
  const result = await bench.gateway.start({
    definitionId,
    businessKey: caseNo,
    variables: { caseNo, ...variables },
  })
  if (result.kind !== 'ok') throw new Error(result.kind)
  return { caseNo, processInstanceId: result.value.processInstanceId }
}

interface EngineRow {
  readonly id: string
  readonly retries: number | null
  readonly message: string | null
  readonly worker: string | null
}

async function taskOf(processInstanceId: string): Promise<EngineRow | undefined> {
  const { rows } = await bench.database.ownerDb.raw<{ rows: EngineRow[] }>(
    `select t.id_ as id, t.retries_ as retries, t.error_msg_ as message, t.worker_id_ as worker
       from engine.act_ru_ext_task t where t.proc_inst_id_ = ?`,
    [processInstanceId],
  )
  return rows[0]
}

const ended = (processInstanceId: string) =>
  until('the case ends', async () => (await taskOf(processInstanceId)) === undefined)

describe('a topic handler', () => {
  it('gets case number, properties and a stable key, and its task is completed', async () => {
    const seen: TopicTask[] = []
    work([notify(async (task) => (seen.push(task), {}))])
    const { caseNo, processInstanceId } = await startCase()
    const ours = await taskOf(processInstanceId)

    await ended(processInstanceId)

    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ caseNo, properties: { notice: 'accepted' } })
    if (ours !== undefined) expect(seen[0]?.taskKey).toBe(ours.id)
  })

  it('that throws is retried, then an incident, then done after an operator gives it another try', async () => {
    const keys: string[] = []
    let broken = true
    work([
      notify(
        async ({ taskKey }) => {
          keys.push(taskKey)
          if (broken) throw new Error('张三 13800138000 is unreachable')
          return {}
        },
        { retries: 3 },
      ),
    ])
    const { processInstanceId } = await startCase()

    const failed = await until('an incident', async () => {
      const task = await taskOf(processInstanceId)
      return task?.retries === 0 && task
    })
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    // Whatever the handler's error said of a person stays in the house.
    expect(failed.message).toBe('notify: FAULT Error')
    expect(await incidents(processInstanceId)).toBe(1)

    broken = false
    expect(await bench.gateway.setExternalTaskRetries(failed.id, 1)).toMatchObject({ kind: 'ok' })
    await ended(processInstanceId)
    expect(keys).toHaveLength(4)
    expect(await incidents(processInstanceId)).toBe(0)
  })

  it('that meets a problem no repeat can cure becomes an incident at once, named by its code', async () => {
    let calls = 0
    work([
      notify(async () => {
        calls += 1
        throw problem('ACT_NOT_ALLOWED')
      }),
    ])
    const { processInstanceId } = await startCase()
    const failed = await until('an incident', async () => {
      const task = await taskOf(processInstanceId)
      return task?.retries === 0 && task
    })
    expect(failed.message).toBe('notify: ACT_NOT_ALLOWED')
    expect(calls).toBe(1)
  })

  it('is not called with a poisoned variable, and the healthy cases flow on', async () => {
    const served: string[] = []
    work([notify(async ({ caseNo }) => (served.push(caseNo), {}))])
    const poisoned = await startCase({ caseNo: "'; drop table case_file; --" })
    const healthy = await Promise.all(Array.from({ length: 10 }, () => startCase()))

    await Promise.all(healthy.map((c) => ended(c.processInstanceId)))
    const failed = await until('an incident', async () => {
      const task = await taskOf(poisoned.processInstanceId)
      return task?.retries === 0 && task
    })
    expect(failed.message).toBe('notify: CONTRACT_IN')
    expect(served.toSorted()).toEqual(healthy.map((c) => c.caseNo).toSorted())
  })

  it('that answers more than its contract names is an incident, and nothing of it reaches the engine', async () => {
    work([notify(async () => ({ checksPassed: true }))])
    const { processInstanceId } = await startCase()
    const failed = await until('an incident', async () => {
      const task = await taskOf(processInstanceId)
      return task?.retries === 0 && task
    })
    expect(failed.message).toBe('notify: CONTRACT_OUT')
  })
})

describe('the network', () => {
  it('loses the answers of complete, and the work is done once', async () => {
    const done: string[] = []
    let losses = 0
    proxy.decide = (_method, path) => {
      if (!path.endsWith('/complete') || losses >= 4) return 'pass'
      losses += 1
      return 'lose-answer'
    }
    const worker = work([notify(async ({ caseNo }) => (done.push(caseNo), {}))])
    const cases = await Promise.all(Array.from({ length: 8 }, () => startCase()))

    await Promise.all(cases.map((c) => ended(c.processInstanceId)))
    await until(
      'all reported',
      () => worker.counters.completed === 8 && worker.runningTasks() === 0,
    )

    expect(losses).toBe(4)
    expect(done.toSorted()).toEqual(cases.map((c) => c.caseNo).toSorted())
  })

  it('answers a page instead of tasks, and nothing is run until the engine speaks again', async () => {
    let nonsense = 3
    proxy.decide = (_method, path) => {
      if (!path.endsWith('/fetchAndLock') || nonsense === 0) return 'pass'
      nonsense -= 1
      return { status: 200, type: 'text/html', body: '<html>maintenance</html>' }
    }
    const done: string[] = []
    const worker = work([notify(async ({ caseNo }) => (done.push(caseNo), {}))])
    const { caseNo, processInstanceId } = await startCase()

    await ended(processInstanceId)

    expect(done).toEqual([caseNo])
    expect(worker.counters.pollErrors).toBe(3)
  })

  it('adds a charset to the answers, and the tasks are read all the same', async () => {
    proxy.decide = () => 'add-charset'
    const done: string[] = []
    const worker = work([notify(async ({ caseNo }) => (done.push(caseNo), {}))])
    const { caseNo, processInstanceId } = await startCase()

    await ended(processInstanceId)

    expect(done).toEqual([caseNo])
    expect(worker.counters.pollErrors).toBe(0)
  })
})

describe('two workers', () => {
  it('on one task whose lock ran out: the loser is fenced and the effect happens once', async () => {
    // given a worker cut off from renewing its lock, waiting before the step that cannot be taken back
    const effects: string[] = []
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => (letGo = () => resolve()))
    let slowHasIt = false
    // Once it has the task it is cut off altogether, or it would just fetch its own task anew.
    proxy.decide = (_method, path) =>
      path.endsWith('/extendLock') || slowHasIt ? 'lose-request' : 'pass'
    const slow = work([
      notify(
        async ({ taskKey, holdLock }) => {
          slowHasIt = true
          await held
          await holdLock(1_000)
          effects.push(`slow ${taskKey}`)
          return {}
        },
        { lockMs: 1_000 },
      ),
    ])
    const { processInstanceId } = await startCase()
    await until('the slow worker has the task', () => slowHasIt)

    // when its lock runs out and another worker takes the task and finishes it
    work(
      [
        notify(async ({ taskKey, holdLock }) => {
          await holdLock(1_000)
          effects.push(`fast ${taskKey}`)
          return {}
        }),
      ],
      ownWorkerId(),
      bench.host.url,
    )
    await ended(processInstanceId)
    proxy.decide = () => 'pass'
    letGo()
    await until('the slow worker gives up', () => slow.runningTasks() === 0)

    // then
    expect(effects).toHaveLength(1)
    expect(effects[0]).toMatch(/^fast /)
    expect(slow.counters).toMatchObject({ lost: 1, completed: 0, retried: 0, incidents: 0 })
  })

  it('is one worker when it fetches its own overdue task anew: the handler is not run beside itself', async () => {
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => (letGo = () => resolve()))
    let runs = 0
    proxy.decide = (_method, path) => (path.endsWith('/extendLock') ? 'lose-request' : 'pass')
    const worker = work([
      notify(
        async () => {
          runs += 1
          await held
          return {}
        },
        { lockMs: 500 },
      ),
    ])
    const { processInstanceId } = await startCase()
    await until('it was handed the same task again', () => worker.counters.fetched >= 3)
    letGo()
    await ended(processInstanceId)
    expect(runs).toBe(1)
  })

  it('with the same WORKER_ID: the second is refused until the first is gone', async () => {
    const claim = async () => {
      const identity = await claimWorkerId({
        databaseUrl: bench.database.url,
        workerId: 'window-server-1',
        onTaken: () => undefined,
      })
      return () => identity.release()
    }
    const releaseFirst = await claim()
    await expect(claim()).rejects.toThrow(/WORKER_ID=window-server-1/)
    await releaseFirst()
    const releaseSecond = await claim()
    await releaseSecond()
  })
})

describe('stop', () => {
  it('lets running handlers finish and report, and takes no new task', async () => {
    let letGo = (): void => undefined
    const held = new Promise<void>((resolve) => (letGo = () => resolve()))
    const begun: string[] = []
    const worker = work([
      notify(async ({ caseNo }) => {
        begun.push(caseNo)
        await held
        return {}
      }),
    ])
    const first = await startCase()
    await until('the handler runs', () => begun.length === 1)

    const stopped = worker.stop()
    const second = await startCase()
    letGo()
    await stopped

    expect(await taskOf(first.processInstanceId)).toBeUndefined()
    const left = await taskOf(second.processInstanceId)
    expect(left).toBeDefined()
    expect(begun).toEqual([first.caseNo])
    // and the next worker gets it at once, not after a lock has run out
    expect(left?.worker).toBeNull()
  })

  it('cannot be started twice', () => {
    const worker = work([notify(async () => ({}))])
    expect(() => {
      worker.start()
    }).toThrow(/started before/)
  })
})

async function incidents(processInstanceId: string): Promise<number> {
  const { rows } = await bench.database.ownerDb.raw<{ rows: unknown[] }>(
    'select 1 from engine.act_ru_incident i where i.proc_inst_id_ = ?',
    [processInstanceId],
  )
  return rows.length
}
