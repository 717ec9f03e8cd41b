import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  getEffect,
  intendEffect,
  leaseDueEffects,
  leaseEffect,
  listOpenEffects,
  releaseEffect,
  reopenEffect,
  settleEffect,
  type Effect,
} from '../../../core/effects/effects.ts'
import { intendNotice } from '../../../core/notices/intend-notice.ts'
import { settleIntended, settleNotice } from '../../../core/notices/settle-notice.ts'
import { loadCase } from '../../../core/cases/load-case.ts'
import { listCaseEvents, lockCase } from '../../../core/cases/case-events.ts'
import { intendParcel } from '../../../core/dispatch/order-parcel.ts'
import { recordSmsReports } from '../../../core/effects/record-sms-reports.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { countStatements } from './count-statements.ts'
import { givenCase, givenOffice, scenario } from './given-case.ts'

let database: TestDatabase
const at = new Date('2026-03-02T10:00:00+08:00')
const later = (ms: number) => new Date(at.getTime() + ms)

beforeAll(async () => {
  database = await createTestDatabase()
  await givenOffice(database)
})
afterAll(() => database.close())

async function givenEffect(key: string): Promise<string> {
  const { caseId } = await givenCase(database)
  const effect = await database.db.transaction((trx) =>
    intendEffect(trx, { caseId, kind: 'sms.send', key, request: { params: {} }, at }),
  )
  return effect.id
}

const delivered = { delivered: true, errCode: 'DELIVERED', reportedAt: '2026-03-02T10:00:05+08:00' }
const report = (outId: string) => ({ outId, ...delivered })

async function answerOf(key: string): Promise<unknown> {
  const answers: unknown[] = await database.db('effect').where({ key }).pluck('answer')
  return answers[0]
}

/** Until a statement of this database waits for a lock. */
async function somebodyWaits(): Promise<void> {
  await vi.waitFor(async () => {
    const { rows } = await database.db.raw<{ rows: unknown[] }>(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    expect(rows).toHaveLength(1)
  })
}

describe('the effect ledger', () => {
  it('keeps one effect for one key, whatever a repeat would ask for', async () => {
    const { caseId } = await givenCase(database)
    const intend = (text: string) =>
      database.db.transaction((trx) =>
        intendEffect(trx, { caseId, kind: 'sms.send', key: 'same', request: { text }, at }),
      )
    const first = await intend('first')
    const second = await intend('second')
    expect(second).toEqual(first)
    expect(second.request).toEqual({ text: 'first' })
  })

  it('gives an effect to one of twenty who ask at once, and to nobody while that one lives', async () => {
    const id = await givenEffect('race')
    const takers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        leaseEffect(database.db, id, { by: `worker-${i}`, at, ms: 60_000 }),
      ),
    )
    expect(takers.filter((taken) => taken !== undefined)).toHaveLength(1)
    const before = { by: 'late', at: later(59_999), ms: 60_000 }
    expect(await leaseEffect(database.db, id, before)).toBeUndefined()
    // A dead holder's lease runs out; the attempt is counted, so the partner is asked first.
    const after = { by: 'late', at: later(60_000), ms: 60_000 }
    expect(await leaseEffect(database.db, id, after)).toMatchObject({ attempts: 2 })
  })

  it('makes the next attempt wait as long as the last one asked', async () => {
    const id = await givenEffect('back-off')
    await leaseEffect(database.db, id, { by: 'a', at, ms: 60_000 })
    await releaseEffect(database.db, id, { error: 'sms no answer', nextAttemptAt: later(6_000) })
    const early = { by: 'b', at: later(5_999), ms: 60_000 }
    expect(await leaseEffect(database.db, id, early)).toBeUndefined()
    const due = { by: 'b', at: later(6_000), ms: 60_000 }
    expect((await leaseDueEffects(database.db, 100, due)).map((e) => e.id)).toContain(id)
  })

  it('is settled once, and strikes the query code out of what it keeps', async () => {
    const { caseId } = await givenCase(database)
    const { id } = await database.db.transaction((trx) =>
      intendNotice(trx, {
        caseId,
        notice: 'received',
        key: 'with-code',
        at,
        params: { queryCode: 'ABCD2345' },
      }).then(([sms]) => sms ?? { id: '' }),
    )
    const settle = () =>
      database.db.transaction((trx) => settleEffect(trx, id, { state: 'done', answer: {}, at }))
    expect(await settle()).toBe(true)
    expect(await settle()).toBe(false)
    const kept = await getEffect(database.db, 'with-code:sms')
    expect(kept.state).toBe('done')
    expect(JSON.stringify(kept.request)).not.toContain('ABCD2345')
    expect((await listOpenEffects(database.db)).map((e) => e.id)).not.toContain(id)
  })

  it('is tried anew after a refusal only when a person reopens it', async () => {
    const id = await givenEffect('refused')
    await database.db.transaction((trx) =>
      settleEffect(trx, id, { state: 'refused', answer: { code: 'B001' }, at }),
    )
    expect(await leaseEffect(database.db, id, { by: 'a', at, ms: 1 })).toBeUndefined()
    await database.db.transaction((trx) => reopenEffect(trx, id, at))
    expect(await leaseEffect(database.db, id, { by: 'a', at, ms: 1 })).toBeDefined()
  })
})

describe('a notice', () => {
  it('is in the file once, when its last channel has been answered', async () => {
    const { caseId } = await givenCase(database)
    const effects = await database.db.transaction((trx) =>
      intendNotice(trx, { caseId, notice: 'withdrawn', key: 'notice', at }),
    )
    expect(effects.map((e) => e.kind)).toEqual(['sms.send', 'mail.send'])
    const settle = (effect: Effect, state: 'done' | 'refused') =>
      settleNotice({ db: database.db, clock: { now: () => at } }, effect, { state, answer: {} })
    const noticed = async () =>
      (await listCaseEvents(database.db, caseId)).filter((e) => e.type === 'noticed')
    const [sms, mail] = effects as [Effect, Effect]
    expect(await settle(sms, 'refused')).toBe(true)
    expect(await noticed()).toEqual([])
    expect(await settle(mail, 'done')).toBe(true)
    expect(await settle(mail, 'done')).toBe(false)
    expect((await noticed()).map((e) => e.payload)).toEqual([
      { notice: 'withdrawn', channels: ['mail'] },
    ])
  })

  it('is in the file once when both channels are answered at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { caseId } = await givenCase(database)
      const key = `at-once-${round}`
      const effects = await database.db.transaction((trx) =>
        intendNotice(trx, { caseId, notice: 'withdrawn', key, at }),
      )
      const deps = { db: database.db, clock: { now: () => at } }
      await Promise.all(
        effects.map((e) => settleNotice(deps, e, { state: 'done', answer: { id: 'x' } })),
      )
      const noticed = (await listCaseEvents(database.db, caseId)).filter(
        (e) => e.type === 'noticed',
      )
      expect(noticed.map((e) => e.payload)).toEqual([
        { notice: 'withdrawn', channels: ['sms', 'mail'] },
      ])
    }
  })

  it('is not settled by who does not know all its channels, and then not in part', async () => {
    const { caseId } = await givenCase(database)
    const effects = await database.db.transaction((trx) =>
      intendNotice(trx, { caseId, notice: 'withdrawn', key: 'unknown', at }),
    )
    const state = await loadCase(database.db, { caseId })
    const channels = effects.slice(0, 1).map(({ id }) => ({
      id,
      kind: 'sms.send' as const,
      state: 'intended' as const,
      answer: { state: 'done' as const, answer: {} },
    }))
    const deps = { db: database.db, clock: { now: () => at } }
    const notice = { key: 'unknown', notice: 'withdrawn' as const, channels }
    expect(await settleIntended(deps, state, notice)).toBe(false)
    expect((await getEffect(database.db, 'unknown:sms')).state).toBe('intended')
    expect((await listCaseEvents(database.db, caseId)).map((e) => e.type)).toEqual(['submitted'])
  })

  it('keeps the report of a message that comes while its answer is being settled', async () => {
    const { caseId } = await givenCase(database)
    const [sms] = await database.db.transaction((trx) =>
      intendNotice(trx, { caseId, notice: 'withdrawn', key: 'reported', at }),
    )
    if (sms === undefined) throw new Error('no SMS was intended')
    const deps = { db: database.db, clock: { now: () => at } }
    let settling: Promise<boolean> | undefined
    await database.db.transaction(async (trx) => {
      expect(await recordSmsReports(trx, [report('reported:sms')])).toBe(1)
      settling = settleNotice(deps, sms, { state: 'done', answer: { id: 'biz' } })
      await somebodyWaits()
    })
    expect(await settling).toBe(true)
    expect(await answerOf('reported:sms')).toEqual({ id: 'biz', report: delivered })
  })

  it('strikes the query code out of what the ledger keeps', async () => {
    const { caseId } = await givenCase(database)
    const [sms] = await database.db.transaction((trx) =>
      intendNotice(trx, {
        caseId,
        notice: 'received',
        key: 'struck',
        at,
        params: { queryCode: 'ABCD2345' },
      }),
    )
    if (sms === undefined) throw new Error('no SMS was intended')
    const deps = { db: database.db, clock: { now: () => at } }
    await settleNotice(deps, sms, { state: 'done', answer: {} })
    const kept = await getEffect(database.db, 'struck:sms')
    expect(kept.state).toBe('done')
    expect(JSON.stringify(kept.request)).not.toContain('ABCD2345')
  })

  it('tells neither name nor identity number', async () => {
    const { caseId } = await givenCase(database)
    const effects = await database.db.transaction((trx) =>
      intendNotice(trx, {
        caseId,
        notice: 'accepted',
        key: 'private',
        at,
        promisedOn: '2026-03-30',
      }),
    )
    const said = JSON.stringify(effects.map((e) => e.request))
    expect(said).toContain('2026-03-30')
    for (const key of ['companyName', 'uscc', 'legalRepName', 'legalRepId', 'agentName']) {
      expect(said).not.toContain(scenario.form[key])
    }
  })
})

describe('delivery reports', () => {
  it('of one push go beside the answers of our messages, the last of each message; others are left', async () => {
    const ids = [await givenEffect('r-1'), await givenEffect('r-2'), await givenEffect('r-3')]
    await database.db.transaction((trx) =>
      settleEffect(trx, ids[0] ?? '', { state: 'done', answer: { id: 'biz' }, at }),
    )
    const push = [
      { ...report('r-1'), delivered: false, errCode: 'MK:0004' },
      report('r-2'),
      report('nobody'),
      report(''),
      report('r-1'),
    ]
    const statements = await countStatements(database.db, async () => {
      expect(await recordSmsReports(database.db, push)).toBe(3)
    })
    expect(statements).toHaveLength(1)
    expect(await answerOf('r-1')).toEqual({ id: 'biz', report: delivered })
    expect(await answerOf('r-2')).toEqual({ report: delivered })
    expect(await answerOf('r-3')).toBeNull()
    expect((await getEffect(database.db, 'r-2')).state).toBe('intended')
  })

  it('only belong to messages, and a push of none is one of none', async () => {
    const { caseId } = await givenCase(database)
    await database.db.transaction((trx) =>
      intendEffect(trx, { caseId, kind: 'mail.send', key: 'r-mail', request: {}, at }),
    )
    expect(await recordSmsReports(database.db, [report('r-mail')])).toBe(0)
    expect(await recordSmsReports(database.db, [])).toBe(0)
    expect(await answerOf('r-mail')).toBeNull()
  })

  it('of pushes that name the same messages in another order never lock each other out', async () => {
    const keys = Array.from({ length: 40 }, (_, i) => `r-many-${i}`)
    for (const key of keys) await givenEffect(key)
    const pushes = Array.from({ length: 12 }, (_, i) =>
      (i % 2 === 0 ? keys : keys.toReversed()).map(report),
    )
    const known = await Promise.all(pushes.map((push) => recordSmsReports(database.db, push)))
    expect(known).toEqual(pushes.map(() => 40))
  })
})

describe('an order for a parcel', () => {
  it('has a number of its own for each parcel of a case, the same on a repeat', async () => {
    const { caseId, caseNo } = await givenCase(database)
    const hall = {
      name: '大厅',
      mobile: '020-38622000',
      prov: '广东省',
      city: '广州市',
      county: '天河区',
      address: '软件路13号',
    }
    const intend = (key: string) =>
      database.db.transaction(async (trx) => {
        const row = await lockCase(trx, { caseId })
        return intendParcel(trx, { case: row, direction: 'outbound', key, hall, at })
      })
    const first = await intend('task-1:ems')
    const repeat = await intend('task-1:ems')
    const second = await intend('task-2:ems')
    expect(repeat.id).toBe(first.id)
    expect(first.request).toMatchObject({
      logisticsOrderNo: `${caseNo}-out-1`,
      contents: 'document',
      receiver: { name: '周若彤' },
    })
    expect(second.request).toMatchObject({ logisticsOrderNo: `${caseNo}-out-2` })
    expect(JSON.stringify(first.request)).not.toContain('劳务派遣')
  })
})
