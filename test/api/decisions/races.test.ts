import type { Knex } from 'knex'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { Problem } from '../../../contracts/problems.ts'
import { createWithdraw } from '../../../core/cases/withdraw.ts'
import { createSessions } from '../../../core/identity/sessions.ts'
import { mayAct, personRights } from '../../../core/identity/rights.ts'
import { openOffice, PEOPLE, personId, type Login, type Office } from './office.ts'
import { SAMPLE, STEPS, type StepId } from './sample-item.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

/** @returns how many won; every other one must have been refused with 409 */
async function winners(racers: readonly Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(racers)
  for (const result of results) {
    if (result.status === 'rejected' && !(result.reason instanceof Problem)) throw result.reason
    if (result.status === 'rejected') expect((result.reason as Problem).status).toBe(409)
  }
  return results.filter((r) => r.status === 'fulfilled').length
}

/** Scoreboard row 17, short version; seed = order of arrival, which PostgreSQL decides. */
describe('64 racers on one case', () => {
  it('give one holder of the task', async () => {
    const filed = await office.fileCase()
    const taskId = await office.taskOpens(filed, 'Task_Accept')
    const claim = (login: Login) => office.claims.claim({ personId: personId(login), taskId })
    const racers = Array.from({ length: 64 }, (_, i) => claim(i % 2 ? 'window1' : 'window2'))
    // All 32 attempts of the winner's hand succeed: a repeat by the holder changes nothing.
    expect(await winners(racers)).toBe(32)
    expect(await office.db('task_claim').where({ task_id: taskId })).toHaveLength(1)
  })

  it('accept it once', async () => {
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const racers = Array.from({ length: 64 }, () =>
      office.decisions.accept(key, { outcome: 'accept' }),
    )
    expect(await winners(racers)).toBe(1)
    const types = (await office.eventsOf(filed)).map((e) => e.type)
    expect(types.filter((t) => t === 'accepted')).toHaveLength(1)
    expect(await office.commandsOf(filed)).toHaveLength(1)
  })

  it.each([1, 2, 3, 4])('decide or withdraw it, never both (round %i)', async () => {
    const { withdraw } = createWithdraw(office)
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    await office.decisions.accept(key, { outcome: 'accept' })
    await office.taskEnds(filed, key.taskId, 'Task_Accept')
    const decide = await office.claimed(filed, 'Task_Decide', 'chief1')
    const racers = Array.from({ length: 64 }, (_, i) =>
      i % 2
        ? office.decisions.decide(decide, { decision: 'grant', text: '准予' })
        : withdraw(filed.caseNo, '不办了', `key-${i}`),
    )
    expect(await winners(racers)).toBe(1)
    const types = (await office.eventsOf(filed)).map((e) => e.type)
    expect(types.filter((t) => t === 'decided' || t === 'withdrawn')).toHaveLength(1)
    expect(types.filter((t) => t === 'closed')).toHaveLength(1)
  })
})

describe('release', () => {
  it('is for the holder; an operator frees what another holds, and that is on record', async () => {
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const other = { ...key, personId: personId('window2') }
    await expect(office.claims.release(other)).rejects.toMatchObject({ code: 'TASK_TAKEN' })
    await office.claims.release({ ...key, personId: personId('operator1') })
    await office.claims.claim(other)
    await expect(office.decisions.accept(key, { outcome: 'accept' })).rejects.toMatchObject({
      code: 'TASK_TAKEN',
    })
    const audit = (await office.db('audit').where({ act: 'task.release' })) as object[]
    expect(audit).toMatchObject([
      {
        subject: key.taskId,
        detail: { holder: personId('window1') },
        actor: { id: personId('operator1') },
      },
    ])
    await office.claims.release(other)
    await expect(office.claims.release(other)).rejects.toMatchObject({ code: 'TASK_NOT_CLAIMED' })
  })
})

describe('rights', () => {
  const day = '2026-03-16'
  const logins = Object.keys(PEOPLE) as Login[]
  const steps = Object.keys(STEPS) as StepId[]

  it.each(logins.flatMap((login) => steps.map((step) => [login, step] as const)))(
    'of %s at %s are those of the post, to claim as to act',
    async (login, step) => {
      const { post, unit } = STEPS[step]
      const unitCode = unit === 'handling' ? 'TH-HALL' : 'TH-HRSS'
      const expected = PEOPLE[login][0] === unitCode && PEOPLE[login][1] === post
      const key = { personId: personId(login), itemCode: SAMPLE.code, unitCode, step, day }
      expect(await mayAct(office.db, key)).toBe(expected ? post : undefined)
      if (expected) return
      const filed = await office.fileCase()
      const taskId = await office.taskOpens(filed, step)
      const act = office.claims.claim({ personId: personId(login), taskId })
      await expect(act).rejects.toMatchObject({ code: 'NOT_YOUR_POST' })
    },
  )

  it('count from their first day to the day before their last, and only for active persons', async () => {
    const key = {
      personId: personId('issuer1'),
      itemCode: SAMPLE.code,
      unitCode: 'TH-HALL',
      step: 'Task_HandOver',
    }
    await office
      .ownerDb('person_post')
      .where({ person_id: key.personId })
      .update({ valid_from: '2026-03-10', valid_until: '2026-03-20' })
    const on = (d: string) => mayAct(office.db, { ...key, day: d })
    expect(
      await Promise.all([on('2026-03-09'), on('2026-03-10'), on('2026-03-19'), on('2026-03-20')]),
    ).toEqual([undefined, 'POST-ISSUER', 'POST-ISSUER', undefined])
    await office.ownerDb('person').where({ id: key.personId }).update({ active: false })
    expect(await on('2026-03-15')).toBeUndefined()
    expect((await personRights(office.db, key.personId, '2026-03-15')).posts).toEqual([])
    expect((await personRights(office.db, personId('operator1'), day)).operator).toBe(true)
  })
})

describe('sessions', () => {
  it('are stored as a digest and end by idleness, by age and by logout', async () => {
    const sessions = createSessions(office)
    const { token, csrfToken } = await sessions.create({ personId: personId('chief1') })
    const stored = JSON.stringify(await office.db('staff_session'))
    expect(stored).not.toContain(token)
    expect(await sessions.find(token)).toMatchObject({ personId: personId('chief1'), csrfToken })
    // used every 20 minutes it lives on, up to twelve hours
    const start = Date.parse('2026-03-16T10:00:00+08:00')
    for (let minutes = 20; minutes < 12 * 60; minutes += 20) {
      office.setTime(new Date(start + minutes * 60_000).toISOString())
      expect(await sessions.find(token)).toBeDefined()
    }
    office.setTime(new Date(start + 12 * 3_600_000).toISOString())
    expect(await sessions.find(token)).toBeUndefined()
    const idle = await sessions.create({ personId: personId('chief1') })
    office.setTime(new Date(start + 12.5 * 3_600_000).toISOString())
    expect(await sessions.find(idle.token)).toBeUndefined()
    expect(await sessions.sweep()).toBe(2)
    const left = await sessions.create({ personId: personId('chief1') })
    await sessions.end(left.token)
    expect(await sessions.find(left.token)).toBeUndefined()
  })

  it('are looked up once for the requests of a page, and a logout here ends them at once', async () => {
    const start = Date.parse('2026-03-17T10:00:00+08:00')
    const after = (ms: number) => office.setTime(new Date(start + ms).toISOString())
    after(0)
    const [here, there] = [createSessions(office), createSessions(office)]
    const { token } = await here.create({ personId: personId('chief1') })
    expect(await here.find(token)).toBeDefined()
    await there.end(token)
    expect(await there.find(token)).toBeUndefined()
    after(1_999)
    expect(await here.find(token)).toBeDefined()
    after(2_000)
    expect(await here.find(token)).toBeUndefined()
  })

  it('are not believed when they ended while they were being looked up', async () => {
    const sessions = createSessions(office)
    const { token } = await sessions.create({ personId: personId('chief1') })
    const late = holdNextAnswer(office.db, /^\s*select s\.person_id/)
    const early = sessions.find(token)
    await late.answered
    await sessions.end(token)
    late.release()
    expect(await early).toBeDefined()
    expect(await sessions.find(token)).toBeUndefined()
  })
})

/** PostgreSQL answers the next such statement, and the caller hears of it when `release` is called. */
function holdNextAnswer(db: Knex, statement: RegExp) {
  const client = db.client as { acquireConnection: () => Promise<Connection> }
  const acquire = client.acquireConnection.bind(client)
  let answer = () => undefined as void
  let release = () => undefined as void
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const released = new Promise<void>((resolve) => (release = resolve))
  client.acquireConnection = async () => {
    const connection = await acquire()
    const query = connection.query
    connection.query = async (...args) => {
      connection.query = query
      const result = await query.apply(connection, args)
      const [first] = args as [{ text?: string }]
      if (!statement.test(first.text ?? '')) return result
      client.acquireConnection = acquire
      answer()
      await released
      return result
    }
    return connection
  }
  return { answered, release: () => release() }
}

interface Connection {
  query: (...args: unknown[]) => Promise<unknown>
}
