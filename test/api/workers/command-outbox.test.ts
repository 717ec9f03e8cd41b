import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pino } from 'pino'
import { putEngineCommand, type EngineCommand } from '../../../core/cases/engine-commands.ts'
import { systemClock } from '../../../core/clock/clock.ts'
import { EngineFault } from '../../../engine/gateway/engine-fault.ts'
import type { EngineGateway } from '../../../engine/gateway/gateway.ts'
import { settleAndLease } from '../../../workers/outbox/command-store.ts'
import { createCommandSender } from '../../../workers/outbox/engine-commands.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { givenCase, givenOffice } from '../effects/given-case.ts'

let database: TestDatabase
const at = new Date('2026-03-02T09:00:00+08:00')
const lease = (delivered: readonly string[] = [], limit = 10) =>
  settleAndLease(database.db, { delivered, at, leaseMs: 60_000, limit })

beforeAll(async () => {
  database = await createTestDatabase()
  await givenOffice(database)
})
beforeEach(async () => {
  await database.db('engine_command').whereNull('done_at').update({ done_at: at })
})
afterAll(() => database.close())

let nextTask = 1
async function put(caseId: string, wanted: Partial<EngineCommand> = {}): Promise<string> {
  const taskId = `task-${nextTask++}`
  const command = { kind: 'complete', taskId, variables: {}, ...wanted, caseId } as EngineCommand
  await database.db.transaction((trx) => putEngineCommand(trx, command, at))
  const last = await database.db('engine_command as c').max<{ max: string }[]>('c.id')
  return String(last[0]?.max)
}

describe('settle and lease', () => {
  it('takes one command of a case at a time, and the next in the statement that settles the first', async () => {
    const { caseId } = await givenCase(database)
    const [first, second] = [await put(caseId), await put(caseId)]

    expect((await lease()).map(({ id }) => id)).toEqual([first])
    expect(await lease()).toEqual([])
    expect((await lease([first])).map(({ id }) => id)).toEqual([second])
    expect(await lease([second])).toEqual([])
    expect(await openOf(caseId)).toBe(0)
  })

  it('does not take again what it settles, however old the lease', async () => {
    const { caseId } = await givenCase(database)
    const id = await put(caseId)
    await lease()
    await database.db('engine_command').where({ id }).update({ next_attempt_at: at })
    expect(await lease([id])).toEqual([])
    expect(await openOf(caseId)).toBe(0)
  })

  it('lets a cancel pass what cannot be delivered, but never its start', async () => {
    const stuck = await givenCase(database)
    await put(stuck.caseId)
    await lease()
    const cancel = await put(stuck.caseId, {
      kind: 'cancel',
      businessKey: stuck.caseNo,
      reason: '',
    })
    expect((await lease()).map(({ id }) => id)).toEqual([cancel])

    const unstarted = await givenCase(database)
    const start = await put(unstarted.caseId, { kind: 'start', businessKey: unstarted.caseNo })
    await lease()
    await put(unstarted.caseId, { kind: 'cancel', businessKey: unstarted.caseNo, reason: '' })
    expect(await lease()).toEqual([])
    expect(await lease([start])).toHaveLength(1)
  })

  it('only settles when there is no free hand', async () => {
    const { caseId } = await givenCase(database)
    const first = await put(caseId)
    await put(caseId)
    await lease()
    expect(await lease([first], 0)).toEqual([])
    expect(await openOf(caseId)).toBe(1)
  })
})

describe('the sender', () => {
  const log = pino({ level: 'silent' })
  const sender = (complete: EngineGateway['complete']) =>
    createCommandSender({
      db: database.db,
      gateway: { complete } as EngineGateway,
      clock: systemClock,
      log,
      sweepMs: 20,
    })

  it('hands over all that is due at once, and what came meanwhile next', async () => {
    const rounds: number[] = []
    let open: (() => void)[] = []
    const commands = sender(async () => {
      await new Promise<void>((resolve) => open.push(resolve))
      return { kind: 'ok', value: undefined }
    })
    const letGo = async (count: number) => {
      while (open.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
      rounds.push(open.length)
      open.splice(0).forEach((resolve) => resolve())
      open = []
    }
    const cases = await Promise.all([1, 2, 3].map(() => givenCase(database)))
    for (const { caseId } of cases) await put(caseId)
    commands.start()
    while (open.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    // Committed while the first are on their way: five more, one of them a second command of a case.
    const more = await Promise.all([1, 2, 3, 4].map(() => givenCase(database)))
    for (const { caseId } of [...more, ...cases.slice(0, 1)]) await put(caseId)
    await letGo(3)
    await letGo(5)
    await commands.stop()

    expect(rounds).toEqual([3, 5])
    expect(commands.sent).toMatchObject({ done: 8, later: 0 })
    for (const { caseId } of [...cases, ...more]) expect(await openOf(caseId)).toBe(0)
  })

  it('settles what it was delivering when it is stopped', async () => {
    const { caseId } = await givenCase(database)
    await put(caseId)
    let letGo: (() => void) | undefined
    const commands = sender(async () => {
      await new Promise<void>((resolve) => (letGo = resolve))
      return { kind: 'ok', value: undefined }
    })
    commands.start()
    while (letGo === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
    const stopped = commands.stop()
    letGo()
    await stopped
    expect(await openOf(caseId)).toBe(0)
  })

  it('sends again what got no answer, and is not held up by it elsewhere', async () => {
    const [lost, good] = [await givenCase(database), await givenCase(database)]
    await put(lost.caseId)
    const lostTask = `task-${nextTask - 1}`
    await put(good.caseId)
    let tries = 0
    const commands = sender(async (taskId) => {
      if (taskId !== lostTask) return { kind: 'ok', value: undefined }
      tries += 1
      if (tries === 1) throw new EngineFault('the answer was lost')
      return { kind: 'gone' }
    })
    commands.start()
    while ((await openOf(lost.caseId)) > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await commands.stop()
    expect(tries).toBe(2)
    expect(commands.sent).toEqual({ done: 2, later: 1, stuck: 0, faults: 1 })
    expect(await openOf(good.caseId)).toBe(0)
  })
})

async function openOf(caseId: string): Promise<number> {
  const rows: unknown[] = await database
    .db('engine_command as c')
    .where('c.case_id', caseId)
    .whereNull('c.done_at')
    .select('c.id')
  return rows.length
}
