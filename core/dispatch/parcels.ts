/** Parcels of a case and their scans as stored. */
import type { Knex } from 'knex'
import type { CourierTrace, ParcelStage } from '../../contracts/courier.ts'
import { appendCaseEvent, type CaseRow } from '../cases/case-events.ts'
import type { Direction } from './order-parcel.ts'

export interface Parcel {
  readonly waybillNo: string
  readonly caseId: string
  readonly direction: Direction
  readonly state: ParcelStage | 'ordered' | 'cancelled'
  readonly bookedAt: Date
}

/** The courier has booked it: parcel row and event, in the transaction that settles the effect. */
export async function recordBooked(
  trx: Knex.Transaction,
  of: Pick<CaseRow, 'id' | 'caseNo'>,
  booked: {
    readonly effectId: string
    readonly direction: Direction
    readonly waybillNo: string
    readonly at: Date
  },
): Promise<void> {
  const { effectId, direction, waybillNo, at } = booked
  await trx('parcel').insert({
    waybill_no: waybillNo,
    case_id: of.id,
    direction,
    effect_id: effectId,
    booked_at: at,
  })
  await appendCaseEvent(trx, of, {
    type: 'dispatched',
    at,
    actor: { kind: 'system', id: 'ems-dispatch' },
    payload: { direction, waybillNo },
  })
}

export async function findParcel(db: Knex, waybillNo: string): Promise<Parcel | undefined> {
  const row = (await db('parcel as p')
    .select({
      waybillNo: 'p.waybill_no',
      caseId: 'p.case_id',
      direction: 'p.direction',
      state: 'p.state',
      bookedAt: 'p.booked_at',
    })
    .where('p.waybill_no', waybillNo)
    .first()) as Parcel | undefined
  return row && { ...row, caseId: String(row.caseId) }
}

/** Parcels that have not arrived and of which nothing was heard since `quietSince`: their pushes may be lost. */
export async function listQuietParcels(
  db: Knex,
  quietSince: Date,
  limit: number,
): Promise<string[]> {
  const rows = (await db('parcel as p')
    .select('p.waybill_no')
    .whereNotIn('p.state', ['delivered', 'returned', 'cancelled'])
    .where('p.booked_at', '<', quietSince)
    .whereNotExists(
      db('parcel_trace as t')
        .select(db.raw('1'))
        .whereRaw('t.waybill_no = p.waybill_no')
        .where('t.received_at', '>=', quietSince),
    )
    .orderBy('p.booked_at')
    .limit(limit)) as { waybill_no: string }[]
  return rows.map((row) => row.waybill_no)
}

/** @returns how many of the scans were new; the key is (waybill, code, time), so a repeated push adds nothing */
export async function addTraces(
  trx: Knex.Transaction,
  traces: readonly CourierTrace[],
  at: Date,
): Promise<number> {
  const rows: unknown[] = await trx('parcel_trace')
    .insert(
      traces.map((trace) => ({
        waybill_no: trace.waybillNo,
        op_code: trace.opCode,
        op_time: new Date(trace.opTime),
        trace: JSON.stringify(trace),
        received_at: at,
      })),
    )
    .onConflict(['waybill_no', 'op_code', 'op_time'])
    .ignore()
    .returning('op_code')
  return rows.length
}

export async function listTraces(db: Knex, waybillNo: string): Promise<CourierTrace[]> {
  const rows = (await db('parcel_trace as t')
    .select('t.trace')
    .where('t.waybill_no', waybillNo)
    .orderBy('t.op_time')) as { trace: CourierTrace }[]
  return rows.map((row) => row.trace)
}
