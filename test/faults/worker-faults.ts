/** Rows 1, 8 and 9 of the scoreboard: what happens to a worker, and to what the engine tells it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Answered, Exchange, FaultProxy } from '../support/fault-proxy.ts'
import type { System, WorkerSeat } from '../support/system.ts'
import type { Seeded } from './seeded.ts'

/** Where kill -9 finds the worker. Each is seen on a line of its own, so the process needs no hooks for it. */
export const KILL_POINTS = [
  'tasks fetched, none begun',
  'before complete',
  'complete done, answer unread',
  'partner call on its way',
  'partner answered, answer unread',
  'engine command done, answer unread',
] as const
export type KillPoint = (typeof KILL_POINTS)[number]

const isFetch = ({ path }: Exchange) => path.endsWith('/external-task/fetchAndLock')
const isComplete = ({ path }: Exchange) => path.endsWith('/bulk/external-task/complete')
const isCommand = ({ path }: Exchange) => path.endsWith('/bulk/command')
const BRINGS_TASKS = /^\[\s*\{/

/** Longer than a worker needs to read an answer from its socket. */
const READ_MS = 30

/** How long a point may keep the killer waiting before it gives the seat up and tries another. */
const POINT_MS = 20_000

/**
 * Row 1. Kills workers at the marked points, one after another, each replaced at once by a new process (other pid, other
 * worker id); the others keep working. Load must be running.
 * @returns how often each point was hit
 */
export async function killWorkers(
  seats: readonly WorkerSeat[],
  seeded: Seeded,
  times: number,
): Promise<Record<KillPoint, number>> {
  const hits = Object.fromEntries(KILL_POINTS.map((point) => [point, 0])) as Record<
    KillPoint,
    number
  >
  for (let n = 0; n < times;) {
    // Every point in turn, from a seeded start: a short run meets them all.
    const point = KILL_POINTS[(seeded.seed + n) % KILL_POINTS.length] ?? KILL_POINTS[0]
    const seat = seeded.pick(seats)
    if (!(await killAt(seat, point))) continue
    hits[point] += 1
    n += 1
    await seat.replace()
    await sleep(seeded.below(300))
  }
  return hits
}

async function killAt(seat: WorkerSeat, point: KillPoint): Promise<boolean> {
  const { engineLine, partnerLine } = seat
  const victim = seat.process()
  let hit: () => void = () => undefined
  const struck = new Promise<true>((resolve) => (hit = () => resolve(true)))
  const kill = async () => {
    disarm()
    await victim.signal('SIGKILL')
    hit()
  }
  const disarm = () => {
    for (const line of [engineLine, partnerLine]) {
      line.onRequest = () => 'pass'
      line.onAnswer = () => 'pass'
    }
  }
  const before = (line: FaultProxy, fits: (exchange: Exchange) => boolean) =>
    (line.onRequest = (exchange) => (fits(exchange) ? { cut: 'before', then: kill } : 'pass'))
  const after = (line: FaultProxy, fits: (exchange: Exchange, body: string) => boolean) =>
    (line.onAnswer = (exchange, { status, body }) =>
      status < 300 && fits(exchange, body.toString('utf8')) ? { cut: 'after', then: kill } : 'pass')
  switch (point) {
    case 'tasks fetched, none begun':
      after(engineLine, (exchange, body) => isFetch(exchange) && BRINGS_TASKS.test(body))
      break
    case 'before complete':
      before(engineLine, isComplete)
      break
    case 'complete done, answer unread':
      after(engineLine, isComplete)
      break
    case 'partner call on its way':
      before(partnerLine, () => true)
      break
    case 'partner answered, answer unread':
      after(partnerLine, () => true)
      break
    case 'engine command done, answer unread':
      after(engineLine, isCommand)
      break
  }
  const late = new AbortController()
  const gaveUp = sleep(POINT_MS, false as const, { signal: late.signal }).catch(
    () => false as const,
  )
  const done = await Promise.race([struck, gaveUp])
  late.abort()
  disarm()
  // Struck at the very end of the wait: the kill counts, the process is gone.
  return done || !victim.alive()
}

/** What goes through the bulk door for completions, and what it answers, in the same order. */
interface BulkRequest {
  readonly tasks: readonly { readonly id: string }[]
}
type BulkAnswer = readonly { readonly status: number }[]

/** How many tasks an answer of the bulk door says are completed. */
function completed(body: Buffer): number {
  const answers = JSON.parse(body.toString('utf8')) as BulkAnswer
  return answers.filter(({ status }) => status < 300).length
}

export interface LostCompletes {
  readonly completes: number
  readonly lost: number
}

/** Row 8. From now on every fifth answer to `complete` (seeded) is lost on the way; `stop` gives the counts. */
export function loseCompletes(system: System, seeded: Seeded): { stop(): LostCompletes } {
  let completes = 0
  let lost = 0
  for (const { engineLine } of system.workers) {
    engineLine.onAnswer = (exchange, { status, body }) => {
      if (!isComplete(exchange) || status >= 300) return 'pass'
      const done = completed(body)
      completes += done
      if (seeded.next() >= 0.2) return 'pass'
      lost += done
      return { cut: 'after' }
    }
  }
  return {
    stop() {
      for (const { engineLine } of system.workers) engineLine.onAnswer = () => 'pass'
      return { completes, lost }
    },
  }
}

export interface Overtaken {
  /** tasks whose locks ran out while their worker stood still, each finished by another */
  readonly takenOver: number
  /** calls about them the engine refused when the worker went on as if nothing had happened */
  readonly fenced: number
}

/**
 * Row 9. Freezes one worker in the midst of its work (SIGSTOP: a stalled machine, a paused VM) until its locks have run
 * out and another has done the work, then lets it go on. Load must be running; the partners are made slow, so that the
 * freeze finds calls in flight.
 */
export async function freezeBeyondLock(
  system: System,
  seat: WorkerSeat,
  delayMs: number,
): Promise<Overtaken> {
  const { db } = system.database
  const frozen = seat.process()
  await slowPartners(system.partnersUrl, 400)
  await freezeAtWork(db, seat, delayMs)
  // What was on its way to the engine when it froze has long arrived by then; the lock has 60 s.
  await sleep(20_000)
  const held = await heldBy(db, frozen.pid)
  await slowPartners(system.partnersUrl, 0)
  let fenced = 0
  seat.engineLine.onAnswer = (exchange, answer) => {
    fenced += refusedAbout(held, exchange, answer)
    return 'pass'
  }
  try {
    await until(
      async () => (await stillThere(db, held)) === 0,
      240_000,
      'the locks to run out and another worker to finish',
    )
  } finally {
    await frozen.signal('SIGCONT')
  }
  // It finds out by asking: at the end of a handler, or when it wants to hold its lock for a call.
  if (held.length > 0)
    await until(() => Promise.resolve(fenced > 0), 60_000, 'the engine to refuse the late worker')
  seat.engineLine.onAnswer = () => 'pass'
  return { takenOver: held.length, fenced }
}

/**
 * Stops the process while it knows of tasks it holds: the engine's answer reached it a moment ago, and some are not done.
 * A task whose answer it never read it would not ask about either.
 */
async function freezeAtWork(db: Knex, seat: WorkerSeat, delayMs: number): Promise<void> {
  const frozen = seat.process()
  for (const end = performance.now() + 120_000; performance.now() < end;) {
    const brought = new Promise<void>((resolve) => {
      seat.engineLine.onAnswer = (exchange, { body }) => {
        if (isFetch(exchange) && BRINGS_TASKS.test(body.toString('utf8'))) resolve()
        return 'pass'
      }
    })
    await Promise.race([brought, sleep(5_000)])
    await sleep(READ_MS + delayMs)
    await frozen.signal('SIGSTOP')
    if ((await heldBy(db, frozen.pid)).length > 0) return
    await frozen.signal('SIGCONT')
  }
  throw new Error('waited 120 s for the worker to hold a task')
}

/** How many of the tasks this answer refuses: one call about one of them, or its part of a bulk completion. */
function refusedAbout(held: readonly string[], exchange: Exchange, answer: Answered): number {
  if (answer.status >= 400) return held.some((id) => exchange.path.includes(id)) ? 1 : 0
  if (!isComplete(exchange)) return 0
  const { tasks } = JSON.parse(answer.asked.toString('utf8')) as BulkRequest
  const answers = JSON.parse(answer.body.toString('utf8')) as BulkAnswer
  return tasks.filter(({ id }, index) => {
    return held.includes(id) && (answers[index]?.status ?? 0) >= 400
  }).length
}

async function heldBy(db: Knex, pid: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    'select id_ as id from engine.act_ru_ext_task where worker_id_ like ?',
    [`%:${pid}:%`],
  )
  return rows.map(({ id }) => id)
}

async function stillThere(db: Knex, ids: readonly string[]): Promise<number> {
  const { rows } = await db.raw<{ rows: { n: number }[] }>(
    'select count(*)::int as n from engine.act_ru_ext_task where id_ = any(?)',
    [[...ids]],
  )
  return rows[0]?.n ?? 0
}

async function slowPartners(url: string, delayMs: number): Promise<void> {
  for (const partner of ['ems', 'sms', 'mail']) {
    const answer = await fetch(`${url}/admin/${partner}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ delayMs }),
    })
    if (!answer.ok) throw new Error(`${partner} took no faults: ${answer.status}`)
  }
}

async function until(fits: () => Promise<boolean>, ms: number, what: string): Promise<void> {
  const end = performance.now() + ms
  while (!(await fits())) {
    if (performance.now() > end) throw new Error(`waited ${ms / 1000} s for ${what}`)
    await sleep(50)
  }
}
