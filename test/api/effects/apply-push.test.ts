import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CourierTrace } from '../../../contracts/courier.ts'
import { deriveStatus } from '../../../core/cases/derive-status.ts'
import { listCaseEvents, lockCase } from '../../../core/cases/case-events.ts'
import { listClockEntries } from '../../../core/clock/clock-ledger.ts'
import { createCalendarSource, type CalendarSource } from '../../../core/clock/calendar.ts'
import { applyCourierPush } from '../../../core/dispatch/apply-push.ts'
import { recordBooked } from '../../../core/dispatch/parcels.ts'
import { intendEffect, settleEffect } from '../../../core/effects/effects.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { givenCase, givenOffice } from './given-case.ts'

let database: TestDatabase
let calendar: CalendarSource
let parcels = 0
const at = new Date('2026-03-03T10:00:00+08:00')

beforeAll(async () => {
  database = await createTestDatabase()
  await givenOffice(database)
  calendar = createCalendarSource(database.db)
})
afterAll(() => database.close())

async function givenParcel(direction: 'inbound' | 'outbound', office = database) {
  const { db } = office
  const { caseId } = await givenCase(office)
  const waybillNo = String(1_100_000_000_000 + (parcels += 1))
  await db.transaction(async (trx) => {
    const row = await lockCase(trx, { caseId })
    const key = `${waybillNo}:ems`
    const effect = await intendEffect(trx, {
      caseId,
      kind: 'ems.create',
      key,
      request: { direction },
      at,
    })
    await settleEffect(trx, effect.id, { state: 'done', answer: { waybillNo }, at })
    await recordBooked(trx, row, { effectId: effect.id, direction, waybillNo, at })
  })
  const scan = (
    opCode: string,
    minute: number,
    more: Partial<CourierTrace> = {},
  ): CourierTrace => ({
    waybillNo,
    opCode,
    opName: '',
    opDesc: '',
    opTime: `2026-03-03T09:${String(minute).padStart(2, '0')}:00+08:00`,
    ...more,
  })
  const push = (traces: readonly CourierTrace[]) => applyCourierPush(db, { traces, at, calendar })
  const events = async (type: string) =>
    (await listCaseEvents(db, caseId)).filter((event) => event.type === type)
  const messages = () => db('engine_message').where({ case_id: caseId }).pluck<string[]>('name')
  const proven = () => db('engine_message').where({ case_id: caseId }).pluck<object[]>('variables')
  const status = async () => deriveStatus(await listCaseEvents(db, caseId))
  const deliveryClock = async () =>
    (await listClockEntries(db, caseId))
      .filter(({ clock }) => clock === 'delivery')
      .map(({ kind, onDay }) => `${kind} ${onDay}`)
  return { caseId, waybillNo, scan, push, events, messages, proven, status, deliveryClock }
}

describe('scans of a parcel', () => {
  it('make one delivery, whatever their order, repeats and portions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], { minLength: 10, maxLength: 10 }),
        fc.integer({ min: 1, max: 4 }),
        async (order, portion) => {
          const { scan, push, events, messages, caseId } = await givenParcel('outbound')
          const life = [
            scan('203', 1),
            scan('702', 10),
            scan('705', 20, { attemptDeliveryCode: '8' }),
            scan('702', 30),
            scan('704', 40, { deliverCode: '10' }),
          ]
          const traces = order.map((i) => life[i] ?? scan('203', 1))
          for (let i = 0; i < traces.length; i += portion) await push(traces.slice(i, i + portion))

          expect(await events('delivered')).toHaveLength(1)
          expect(await messages()).toEqual(['parcel-delivered'])
          expect((await events('parcel-tracked')).at(-1)?.payload).toMatchObject({
            state: 'delivered',
          })
          const stops = (await listClockEntries(database.db, caseId)).filter(
            (entry) => entry.clock === 'delivery' && entry.kind === 'stop',
          )
          expect(stops).toMatchObject([{ onDay: '2026-03-03' }])
        },
      ),
      { numRuns: 25 },
    )
  })

  it('that come twenty at once make one receipt of the papers', async () => {
    const { scan, push, events, messages } = await givenParcel('inbound')
    await Promise.all(
      Array.from({ length: 20 }, () => push([scan('704', 5, { deliverCode: '60' })])),
    )
    expect(await events('received')).toHaveLength(1)
    expect(await messages()).toEqual(['parcel-received'])
  })

  it('tell a locker and a taken-back delivery from a delivery', async () => {
    const { scan, push, events, messages } = await givenParcel('outbound')
    await push([scan('747', 1)])
    await push([scan('704', 2), scan('743', 3)])
    expect(await events('delivered')).toHaveLength(0)
    expect(await messages()).toEqual([])
    await push([scan('704', 9, { deliverCode: '10' })])
    expect(await events('delivered')).toHaveLength(1)
  })

  it.each([
    ['704', '20'],
    ['704', '30'],
    ['704', '60'],
    ['748', undefined],
  ])(
    'by another hand (%s %s) prove nothing and call a clerk, once',
    async (opCode, deliverCode) => {
      const { scan, push, events, proven, status } = await givenParcel('outbound')
      const signed = scan(opCode, 2, deliverCode === undefined ? {} : { deliverCode })
      await push([scan('702', 1), signed])
      await push([signed])
      expect(await events('delivered')).toHaveLength(0)
      expect(await proven()).toEqual([{ deliveryProven: false }])
      expect(await status()).toBe('delivering')
      // the addressee signs after all: on file, and the flow is not told twice
      await push([scan('743', 3), scan('704', 4, { deliverCode: '10' })])
      expect(await status()).toBe('delivered')
      expect(await proven()).toHaveLength(1)
    },
  )

  it('leave a case waiting whose version has no task for it', async () => {
    const old = await createTestDatabase()
    await givenOffice(old, [])
    const { scan, push, messages } = await givenParcel('outbound', old)
    await push([scan('704', 2, { deliverCode: '20' })])
    expect(await messages()).toEqual([])
    await push([scan('743', 3), scan('704', 4, { deliverCode: '10' })])
    expect(await messages()).toEqual(['parcel-delivered'])
    await old.close()
  })

  it.each(['711', '741'])('of a parcel that comes back (%s) call a clerk', async (opCode) => {
    const { scan, push, proven, status } = await givenParcel('outbound')
    await push([scan('708', 1), scan(opCode, 2)])
    expect(await proven()).toEqual([{ deliveryProven: false }])
    expect(await status()).toBe('closed')
  })

  it('take a delivery back that was on file, and the clock with it', async () => {
    const { scan, push, events, status, deliveryClock, messages } = await givenParcel('outbound')
    await push([scan('704', 2, { deliverCode: '10' })])
    expect(await status()).toBe('delivered')
    await push([scan('743', 3)])
    await push([scan('743', 3), scan('702', 1)])
    expect((await events('delivery-reversed')).map((e) => e.payload)).toMatchObject([
      { opCode: '743' },
    ])
    expect(await status()).toBe('delivering')
    expect(await deliveryClock()).toEqual(['stop 2026-03-03', 'run 2026-03-03'])
    await push([scan('704', 9, { deliverCode: '10' })])
    expect(await status()).toBe('delivered')
    expect(await events('delivered')).toHaveLength(2)
    await push([scan('741', 12)])
    expect(await status()).toBe('closed')
    expect(await messages()).toEqual(['parcel-delivered'])
  })

  it('reopen the delivery when the parcel comes back', async () => {
    const { scan, push, events } = await givenParcel('outbound')
    await push([scan('708', 1), scan('711', 2)])
    expect((await events('parcel-tracked')).map((e) => e.payload)).toMatchObject([
      { state: 'returned', opCode: '711' },
    ])
    expect(await events('delivered')).toHaveLength(0)
  })

  it('of a parcel that is just being booked are asked for again; of a stranger they are let go', async () => {
    const stranger = {
      waybillNo: '9999999999999',
      opCode: '203',
      opName: '',
      opDesc: '',
      opTime: '2026-03-03T09:00:00+08:00',
    }
    const push = () => applyCourierPush(database.db, { traces: [stranger], at, calendar })
    expect(await push()).toEqual({ stored: 0, repeated: 0, foreign: 1 })

    const { caseId } = await givenCase(database)
    const effect = await database.db.transaction((trx) =>
      intendEffect(trx, { caseId, kind: 'ems.create', key: 'open:ems', request: {}, at }),
    )
    await expect(push()).rejects.toMatchObject({ code: 'NOT_READY' })
    await database.db.transaction((trx) =>
      settleEffect(trx, effect.id, { state: 'refused', answer: {}, at }),
    )
    expect(await push()).toMatchObject({ foreign: 1 })
  })
})
