/**
 * Scans of the courier become the state of a parcel, and the two facts the law cares about: 收件 (the hall holds the
 * applicant's papers, Licensing Law art. 32) and 送达 (the result reached the applicant, art. 44). Scans come twice, late
 * and in any order; whatever the order, the same facts follow (domain.md §6).
 */
import type { Knex } from 'knex'
import type { CourierTrace } from '../../contracts/courier.ts'
import { problem } from '../../contracts/problems.ts'
import { Messages } from '../../contracts/variables.ts'
import { appendCaseEvent, listCaseEvents, lockCase, type CaseRow } from '../cases/case-events.ts'
import { recordMessage } from '../cases/engine-messages.ts'
import { deriveStatus, isEnded } from '../cases/derive-status.ts'
import { receive } from '../cases/receive.ts'
import { createCalendarSource, type Calendar, type CalendarSource } from '../clock/calendar.ts'
import { deriveParcelState } from './derive-parcel-state.ts'
import { addTraces, findParcel, listTraces, type Parcel } from './parcels.ts'
import { endDelivery, reverseDelivery } from './result-delivery.ts'

export interface CourierPush {
  readonly traces: readonly CourierTrace[]
  readonly at: Date
  /** given by a process that keeps it; otherwise read when needed */
  readonly calendar?: CalendarSource
}

export interface PushResult {
  /** scans that were new */
  readonly stored: number
  readonly repeated: number
  /** scans of parcels that are not ours (the same customer number may serve another system) */
  readonly foreign: number
}

const ACTOR = { kind: 'partner', id: 'ems' } as const

/**
 * One transaction per parcel. After it returns the courier may forget the scans.
 * @throws NOT_READY when a scan is of a parcel we do not know while an order of ours is still unanswered: the courier
 *   was faster than its own answer, and must push again
 */
export async function applyCourierPush(db: Knex, push: CourierPush): Promise<PushResult> {
  const { at, calendar = createCalendarSource(db) } = push
  let stored = 0
  let foreign = 0
  let early = false
  for (const [waybillNo, traces] of byWaybill(push.traces)) {
    const parcel = await findParcel(db, waybillNo)
    if (parcel === undefined) {
      if (await ordersAreOpen(db)) early = true
      else foreign += traces.length
      continue
    }
    // Loaded before: who waits for a second connection while holding one can starve the pool.
    const days = await calendar.get()
    stored += await db.transaction((trx) => applyToParcel(trx, parcel, traces, at, days))
  }
  if (early) throw problem('NOT_READY', { detail: 'the parcel is being booked' })
  return { stored, foreign, repeated: push.traces.length - stored - foreign }
}

async function applyToParcel(
  trx: Knex.Transaction,
  parcel: Parcel,
  traces: readonly CourierTrace[],
  at: Date,
  calendar: Calendar,
): Promise<number> {
  const row = await lockCase(trx, { caseId: parcel.caseId })
  const added = await addTraces(trx, traces, at)
  if (added === 0) return 0
  const all = await listTraces(trx, parcel.waybillNo)
  const state = deriveParcelState(all)
  const before = await findParcel(trx, parcel.waybillNo)
  if (parcel.direction === 'outbound')
    await reverseDelivery(trx, row, { parcel, state, opCode: newest(all).opCode, at })
  if (before?.state !== state.stage) {
    await trx('parcel').where({ waybill_no: parcel.waybillNo }).update({ state: state.stage })
    await appendCaseEvent(trx, row, {
      type: 'parcel-tracked',
      at,
      actor: ACTOR,
      payload: {
        waybillNo: parcel.waybillNo,
        direction: parcel.direction,
        state: state.stage,
        opCode: newest(all).opCode,
      },
    })
  }
  if (parcel.direction === 'outbound') await endDelivery(trx, row, { parcel, state, at })
  else if (state.stage === 'delivered') await recordReceipt(trx, row, parcel, at, calendar)
  return added
}

async function recordReceipt(
  trx: Knex.Transaction,
  row: CaseRow,
  { waybillNo }: Parcel,
  at: Date,
  calendar: Calendar,
): Promise<void> {
  const events = await listCaseEvents(trx, row.id)
  // The hall is an organ: whoever signs in its mail room receives for it.
  if (events.some((e) => e.type === 'received' && e.payload.waybillNo === waybillNo)) return
  // Withdrawn while the papers travelled: they are to go back, and nothing is filed with them.
  if (isEnded(deriveStatus(events))) return
  await receive(trx, row, {
    by: 'ems',
    waybillNo,
    at,
    actor: ACTOR,
    calendar,
  })
  await recordMessage(trx, row.id, Messages.parcelReceived, {}, at)
}

function byWaybill(traces: readonly CourierTrace[]): Map<string, CourierTrace[]> {
  const groups = new Map<string, CourierTrace[]>()
  for (const trace of traces) {
    const group = groups.get(trace.waybillNo) ?? []
    group.push(trace)
    groups.set(trace.waybillNo, group)
  }
  return groups
}

function newest(traces: readonly CourierTrace[]): CourierTrace {
  const [first, ...rest] = traces
  if (first === undefined) throw new Error('a parcel without scans')
  return rest.reduce((a, b) => (Date.parse(b.opTime) >= Date.parse(a.opTime) ? b : a), first)
}

async function ordersAreOpen(db: Knex): Promise<boolean> {
  const row: unknown = await db('effect as e')
    .select('e.id')
    .where('e.kind', 'ems.create')
    .whereNull('e.settled_at')
    .first()
  return row !== undefined
}
