/** The store of the append-only file. Every change of a case goes through `lockCase` and `appendCaseEvent`. */
import type { Knex } from 'knex'
import type {
  Actor,
  CaseEvent,
  CaseEventPayload,
  CaseEventType,
} from '../../contracts/case-events.ts'
import { problem } from '../../contracts/problems.ts'
import { genesisHash, rowHash } from './case-hash.ts'

export interface CaseRow {
  readonly id: string
  readonly caseNo: string
  readonly unifiedNo: string
  readonly itemVersionId: string
  readonly itemCode: string
  readonly decidingUnit: string
  readonly handlingUnit: string
  readonly channel: string
  readonly submittedAt: Date
  readonly revision: string
}

/** field of CaseRow -> column */
export const CASE_FIELDS = {
  id: 'f.id',
  caseNo: 'f.case_no',
  unifiedNo: 'f.unified_no',
  itemVersionId: 'f.item_version_id',
  itemCode: 'f.item_code',
  decidingUnit: 'f.deciding_unit',
  handlingUnit: 'f.handling_unit',
  channel: 'f.channel',
  submittedAt: 'f.submitted_at',
  revision: 'f.revision',
}

export type CaseKey = { readonly caseNo: string } | { readonly caseId: string }

const whereCase = (key: CaseKey) =>
  'caseNo' in key ? { 'f.case_no': key.caseNo } : { 'f.id': key.caseId }

export async function findCase(db: Knex, key: CaseKey): Promise<CaseRow | undefined> {
  const row: unknown = await db('case_file as f').select(CASE_FIELDS).where(whereCase(key)).first()
  return row === undefined ? undefined : toCaseRow(row)
}

export async function getCase(db: Knex, key: CaseKey): Promise<CaseRow> {
  const found = await findCase(db, key)
  if (found === undefined) throw problem('CASE_NOT_FOUND')
  return found
}

/**
 * Takes the row lock that orders all acts on one case: clerk against applicant, worker against push. Must be the first
 * statement on the case in a transaction; the events read afterwards cannot change until it ends.
 */
export async function lockCase(trx: Knex.Transaction, key: CaseKey): Promise<CaseRow> {
  const row: unknown = await trx('case_file as f')
    .select(CASE_FIELDS)
    .where(whereCase(key))
    .forUpdate()
    .first()
  if (row === undefined) throw problem('CASE_NOT_FOUND')
  return toCaseRow(row)
}

export async function listCaseEvents(db: Knex, caseId: string): Promise<CaseEvent[]> {
  const rows: unknown[] = await db('case_event as e')
    .select('e.seq', 'e.type', 'e.at', 'e.actor', 'e.payload')
    .where('e.case_id', caseId)
    .orderBy('e.seq')
  return rows.map((row) => row as CaseEvent)
}

export interface NewCaseEvent<T extends CaseEventType> {
  readonly type: T
  readonly at: Date
  readonly actor: Actor
  readonly payload: CaseEventPayload<T>
}

/**
 * Appends one event; the caller holds the lock of `lockCase`. Bumps the revision and tells listeners of `case_changed`
 * (payload: the case number) when the transaction commits.
 * @returns the seq of the new event
 */
export async function appendCaseEvent<T extends CaseEventType>(
  trx: Knex.Transaction,
  of: Pick<CaseRow, 'id' | 'caseNo'>,
  event: NewCaseEvent<T>,
): Promise<number> {
  const last = (await trx('case_event as e')
    .select('e.seq', 'e.hash')
    .where('e.case_id', of.id)
    .orderBy('e.seq', 'desc')
    .first()) as { seq: number; hash: string } | undefined
  const seq = (last?.seq ?? 0) + 1
  const prevHash = last?.hash ?? genesisHash(of.caseNo)
  // One statement for the row and the new revision: acts append a dozen of them to a case.
  await trx.raw(
    `with appended as (
       insert into case_event (case_id, seq, type, at, actor, payload, prev_hash, hash)
       values (?, ?, ?, ?, ?, ?, ?, ?)),
     ${TOUCHED}`,
    [
      of.id,
      seq,
      event.type,
      event.at,
      JSON.stringify(event.actor),
      JSON.stringify(event.payload),
      prevHash,
      rowHash(prevHash, { seq, ...event }),
      of.id,
    ],
  )
  return seq
}

const TOUCHED = `touched as (update case_file set revision = revision + 1 where id = ? returning case_no)
     select pg_notify('case_changed', case_no) from touched`

/** New revision = new ETag, and a wake-up for whoever watches the case. */
export async function touchCase(
  trx: Knex.Transaction,
  of: Pick<CaseRow, 'id' | 'caseNo'>,
): Promise<void> {
  await trx.raw(`with ${TOUCHED}`, [of.id])
}

/** @returns false when this act was recorded before: the caller then changes nothing (idempotency by unique key) */
export async function recordActOnce(
  trx: Knex.Transaction,
  caseId: string,
  key: string,
  at: Date,
): Promise<boolean> {
  const rows: unknown[] = await trx('case_act')
    .insert({ key, case_id: caseId, at })
    .onConflict('key')
    .ignore()
    .returning('key')
  return rows.length === 1
}

export function toCaseRow(row: unknown): CaseRow {
  const r = row as CaseRow
  return {
    ...r,
    id: String(r.id),
    itemVersionId: String(r.itemVersionId),
    revision: String(r.revision),
  }
}
