/**
 * The one wrapper around camunda-external-task-client-js 3.1.0, closing every gap engine.md §3 lists: unique worker id,
 * bounded parallelism, time limits, back-off, contracts, lock renewal, failures reported with fewer retries, answers
 * lost and found, graceful stop, a watchdog. Nothing else in the house touches the client or its taskService. The client
 * fetches, renews and reports what failed; what is done goes through bulk-completion.ts, many tasks to a request.
 */
import {
  Client,
  type ExternalTask,
  type HandlerArgs,
  type TaskService,
} from 'camunda-external-task-client-js'
import { performance } from 'node:perf_hooks'
import { createBulkCompletion } from './bulk-completion.ts'
import { compileContract } from './contract-check.ts'
import { readTaskError, type TaskAnswer } from './engine-error.ts'
import { createEngineTransport } from './engine-transport.ts'
import type { Log } from './log.ts'
import { classifyFailure, nextTry } from './task-failure.ts'
import { keepLock, type TaskLock } from './task-lock.ts'
import { variableNames, type Topic } from './topic.ts'

export interface SubscribeOptions {
  /** `http://host:port/engine-rest` */
  readonly engineUrl: string
  readonly token: string
  /** host:pid:boot; the only fence between two workers (engine.md §0.3) */
  readonly workerId: string
  readonly topics: readonly Topic[]
  readonly log: Log
  readonly maxTasks?: number
  readonly parallel?: number
  /** pause between two fetches; what comes in meanwhile is taken in one batch */
  readonly intervalMs?: number
  /** also the longest wait for the poll at stop */
  readonly asyncResponseTimeoutMs?: number
  readonly drainMs?: number
  readonly monotonic?: () => number
  readonly random?: () => number
}

export interface WorkerCounters {
  polls: number
  pollErrors: number
  fetched: number
  completed: number
  retried: number
  incidents: number
  bpmnErrors: number
  lost: number
  unlocked: number
}

export type Subscription = ReturnType<typeof subscribe>

const FIRST_REPEAT_MS = 100
const LAST_REPEAT_MS = 5_000
const STALLED_MS = 30_000

export function subscribe(options: SubscribeOptions) {
  const { engineUrl, token, workerId, log, parallel = 16, maxTasks = 50, intervalMs = 10 } = options
  const { asyncResponseTimeoutMs = 5_000, drainMs = 8_000 } = options
  const monotonic = options.monotonic ?? (() => performance.now())
  const random = options.random ?? Math.random
  const transport = createEngineTransport({ token, connections: parallel, asyncResponseTimeoutMs })
  const completion = createBulkCompletion({ engineUrl, token, workerId })
  const counters: WorkerCounters = {
    polls: 0,
    pollErrors: 0,
    fetched: 0,
    completed: 0,
    retried: 0,
    incidents: 0,
    bpmnErrors: 0,
    lost: 0,
    unlocked: 0,
  }
  const running = new Map<string, Promise<void>>()
  let stopping = false
  let drained = false
  let started = false
  let lastTurn = monotonic()
  let lastAnswer = monotonic()
  let pollEnded: () => void = () => undefined

  const client = new Client({
    baseUrl: engineUrl,
    workerId,
    autoPoll: false,
    maxTasks,
    maxParallelExecutions: parallel,
    interval: intervalMs,
    lockDuration: 60_000,
    asyncResponseTimeout: asyncResponseTimeoutMs,
    usePriority: false,
    interceptors: transport.intercept,
  })

  client.on('poll:start', () => (lastTurn = monotonic()))
  client.on('poll:success', (tasks: unknown) => {
    // A throw in this listener becomes poll:error, so bytes or an error page never reach the handlers.
    if (!Array.isArray(tasks)) throw new Error('fetchAndLock answered no array')
    transport.fetched(tasks.length)
    lastAnswer = monotonic()
    counters.polls += 1
    counters.fetched += tasks.length
    pollEnded()
  })
  client.on('poll:error', (error: unknown) => {
    transport.fetchFailed()
    counters.pollErrors += 1
    if (!stopping) log.warn({ answer: readTaskError(error), ...faultOf(error) }, 'fetch failed')
    pollEnded()
  })
  // Unreachable: every handler below ends without throwing. If it ever fires, that is our bug.
  client.on('handler:error', (error: unknown) => log.error({ err: error }, 'a task handler threw'))

  for (const topic of options.topics) {
    const { contract } = topic
    const check = compileContract(contract)
    client.subscribe(
      contract.topic,
      {
        lockDuration: contract.lockMs,
        variables: variableNames(contract.variables),
        includeExtensionProperties: true,
      },
      (args) => once(args.task.id, () => handle(topic, check, args)),
    )
  }

  /** A task whose lock ran out may be fetched by its own worker again: then the running handler simply has it longer. */
  async function once(taskId: string, work: () => Promise<void>): Promise<void> {
    if (running.has(taskId)) return
    const run = work().finally(() => running.delete(taskId))
    running.set(taskId, run)
    await run
  }

  async function handle(
    topic: Topic,
    check: ReturnType<typeof compileContract>,
    { task, taskService }: HandlerArgs,
  ): Promise<void> {
    if (stopping) return unlock(task, taskService)
    const { contract } = topic
    const begun = monotonic()
    const about = { topic: contract.topic, caseNo: task.businessKey ?? undefined, task: task.id }
    const lock = keepLock({
      lockMs: contract.lockMs,
      extend: (ms) => taskService.extendLock(task, ms),
      isLost: (error) => ['lost', 'gone'].includes(readTaskError(error)),
      monotonic,
    })
    try {
      const output = await runChecked(topic, check, task, lock)
      const answer = await report(lock, () => completion.complete(task.id, output))
      if (answer === 'refused') throw new CompletionRefused()
      if (answer === 'lost') counters.lost += 1
      else counters.completed += 1
      log.info({ ...about, ms: Math.round(monotonic() - begun), answer }, 'task completed')
    } catch (error) {
      await fail(topic, task, taskService, lock, error).catch((cause: unknown) =>
        // The lock runs out and the task comes back: late, not lost.
        log.warn({ ...about, err: cause }, 'the failure could not be reported'),
      )
    } finally {
      lock.release()
    }
  }

  async function runChecked(
    topic: Topic,
    check: ReturnType<typeof compileContract>,
    task: ExternalTask,
    lock: TaskLock,
  ) {
    const variables = task.variables.getAll()
    const properties = task.extensionProperties ?? {}
    check.input(variables, properties)
    const caseNo = String(variables['caseNo'])
    const output = await topic.run({
      caseNo,
      taskKey: task.id,
      properties,
      log,
      holdLock: (ms) => lock.hold(ms),
    })
    check.output(output)
    return output
  }

  /** Repeats a call about a task until the engine has answered it, the lock is over or the drain has ended. */
  async function report(
    lock: TaskLock,
    call: () => Promise<void>,
  ): Promise<'ok' | Exclude<TaskAnswer, 'again'>> {
    for (let wait = FIRST_REPEAT_MS; ; wait = Math.min(wait * 2, LAST_REPEAT_MS)) {
      try {
        await call()
        return 'ok'
      } catch (error) {
        const answer = readTaskError(error)
        if (answer !== 'again') return answer
        if (drained || lock.remainingMs() < wait) throw error
        await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + random() / 2)))
      }
    }
  }

  async function fail(
    topic: Topic,
    task: ExternalTask,
    taskService: TaskService,
    lock: TaskLock,
    error: unknown,
  ): Promise<void> {
    const { contract } = topic
    const failure = classifyFailure(error, contract)
    const about = { topic: contract.topic, caseNo: task.businessKey ?? undefined, task: task.id }
    switch (failure.exit) {
      case 'drop':
        counters.lost += 1
        log.info(about, 'another worker holds the task')
        return
      case 'bpmn-error':
        counters.bpmnErrors += 1
        log.info({ ...about, code: failure.code }, 'business answer')
        await report(lock, () => taskService.handleBpmnError(task, failure.code, failure.code))
        return
      case 'incident':
      case 'retry': {
        const next =
          failure.exit === 'incident'
            ? { retries: 0, retryTimeout: 0 }
            : nextTry(contract, task.retries, random())
        if (next.retries === 0) counters.incidents += 1
        else counters.retried += 1
        log[next.retries === 0 ? 'error' : 'warn'](
          { ...about, err: error, retries: next.retries },
          next.retries === 0 ? 'incident: an operator must act' : 'task failed, will be retried',
        )
        await report(lock, () =>
          taskService.handleFailure(task, { errorMessage: failure.label, ...next }),
        )
      }
    }
  }

  /** Only for tasks fetched a moment ago: unlock asks for no worker id and could free another's lock. */
  async function unlock(task: ExternalTask, taskService: TaskService): Promise<void> {
    counters.unlocked += 1
    await taskService
      .unlock(task)
      .catch((error: unknown) => log.warn({ task: task.id, ...faultOf(error) }, 'not unlocked'))
  }

  /** Alive: the loop turns, and fetches that were due have been answered. */
  function health(): { readonly ok: boolean; readonly lastPollAgeMs: number } {
    const now = monotonic()
    const full = running.size >= parallel
    const patience = asyncResponseTimeoutMs + STALLED_MS / 2
    const ok = started && now - lastTurn < STALLED_MS && (full || now - lastAnswer < patience)
    return { ok, lastPollAgeMs: Math.round(now - lastAnswer) }
  }

  return {
    counters: counters as Readonly<WorkerCounters>,
    health,
    runningTasks: () => running.size,

    /** Once; a second call would be a second poll loop. */
    start(): void {
      if (started) throw new Error('the subscription was started before')
      started = true
      lastTurn = lastAnswer = monotonic()
      client.start()
    },

    /** Ends polling, gives back what the last poll brought, lets running handlers finish within `drainMs`. */
    async stop(): Promise<void> {
      stopping = true
      client.stop()
      transport.stopFetching()
      if (transport.isFetching()) await new Promise<void>((resolve) => (pollEnded = resolve))
      // The client hands over the tasks of the last poll after its event: in the same turn.
      await new Promise((resolve) => setImmediate(resolve))
      const timeUp = setTimeout(() => (drained = true), drainMs)
      await Promise.race([
        Promise.allSettled(running.values()),
        new Promise((resolve) => setTimeout(resolve, drainMs).unref()),
      ])
      clearTimeout(timeUp)
      if (running.size > 0) log.warn({ tasks: running.size }, 'tasks left to their locks')
      transport.close()
      await completion.close()
    },
  }
}

/** The engine understood the completion and cannot go on from here (e.g. no condition holds): a person must look. */
class CompletionRefused extends Error {
  constructor() {
    super('the engine refuses the completion')
    this.name = 'CompletionRefused'
  }
}

/** Codes only: an engine message may quote a variable. */
function faultOf(error: unknown): { status?: number; code?: string } {
  const { httpStatusCode, code } = (error ?? {}) as { httpStatusCode?: unknown; code?: unknown }
  return {
    ...(typeof httpStatusCode === 'number' ? { status: httpStatusCode } : {}),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
  }
}
