/**
 * The engine's events become the inbox, the position of each case and the incidents. One transaction a batch, the
 * cursor inside it: a projector killed anywhere leaves either the batch done or nothing of it.
 */
import type { Knex } from 'knex'
import type { EngineEvent } from '../../contracts/engine-events.ts'
import { sm3 } from '../cases/case-hash.ts'
import { matchMessages } from '../cases/engine-messages.ts'
import type { CalendarSource } from '../clock/calendar.ts'
import type { Clock } from '../clock/clock.ts'
import { inTransaction } from '../database/transaction.ts'
import { applyBatch } from './apply-batch.ts'
import { awaitCursor, moveCursor, ORIGIN, takeEvents, type EventRow } from './engine-event-batch.ts'
import { sqlArray } from './sql-array.ts'

export interface ProjectionOptions {
  /** rows of engine_event at once */
  readonly limit: number
  readonly calendar: CalendarSource
  /** told how many events belong to no case of ours */
  readonly onSkipped?: (events: number) => void
}

/**
 * Projects one batch.
 * @returns rows taken; 0 = nothing new, or another projector is at work
 */
export async function projectEngineEvents(
  db: Knex,
  clock: Clock,
  { limit, calendar, onSkipped }: ProjectionOptions,
): Promise<number> {
  const { rows, skipped } = await inTransaction(db, async (trx) => {
    const rows = await takeEvents(trx, limit)
    const last = rows.at(-1)
    if (last === undefined) return { rows: 0, skipped: 0 }
    const applied = await applyBatch(trx, eventsOf(rows), calendar)
    for (const caseId of applied.waitingFor) await matchMessages(trx, caseId, clock.now())
    await touchCases(trx, applied.caseIds)
    await moveCursor(trx, last)
    return { rows: rows.length, skipped: applied.skipped }
  })
  if (skipped > 0) onSkipped?.(skipped)
  return rows
}

/**
 * Forgets the projection and makes it anew from the first engine event, in one transaction: readers see the old table
 * until it stands. Claims, notes on incidents and acts not yet known to the engine are kept.
 * @returns rows projected
 */
export async function rebuildProjection(
  db: Knex,
  clock: Clock,
  { limit, calendar }: ProjectionOptions,
): Promise<number> {
  return inTransaction(db, async (trx) => {
    await trx.raw('set local statement_timeout = 0')
    await awaitCursor(trx)
    // All case locks first, in the order everyone takes them: an act in flight finishes, the next one waits.
    await trx.raw('select 1 from case_file as f order by f.id for update')
    const notes = (await trx('incident as i')
      .select('i.id', 'i.resolved_by', 'i.resolution')
      .whereNotNull('i.resolution')) as { id: string; resolved_by: string; resolution: string }[]
    for (const table of ['case_wait', 'inbox_task', 'case_position', 'incident'])
      await trx(table).delete()
    await moveCursor(trx, ORIGIN)
    let total = 0
    for (;;) {
      const rows = await takeEvents(trx, limit)
      const last = rows.at(-1)
      if (last === undefined) break
      await applyBatch(trx, eventsOf(rows), calendar)
      await moveCursor(trx, last)
      total += rows.length
    }
    await restore(trx, notes)
    // Only now: a wait of the past must not take a message that a wait of today is for.
    const waiting = (await trx('case_wait as w')
      .distinct('w.case_id')
      .where('w.kind', 'message')
      .pluck('w.case_id')) as string[]
    for (const caseId of waiting) await matchMessages(trx, String(caseId), clock.now())
    await touchCases(trx, await trx('case_position as p').pluck<string[]>('p.case_id'))
    return total
  })
}

/** What the engine cannot tell again: the clerk's own completion it has not heard of yet, the operator's notes. */
async function restore(
  trx: Knex.Transaction,
  notes: readonly { id: string; resolved_by: string; resolution: string }[],
): Promise<void> {
  await trx.raw(
    `update inbox_task as t set done_at = a.at from case_act as a
      where a.case_id = t.case_id and a.key = 'task:' || t.task_id and t.done_at is null`,
  )
  for (const { id, resolved_by, resolution } of notes)
    await trx('incident').where({ id }).update({ resolved_by, resolution })
}

/** Digest of all projected rows: equal before and after a rebuild when nothing is in flight. */
export async function hashProjection(db: Knex): Promise<string> {
  const digests: string[] = []
  for (const [table, key] of [
    ['case_position', 'case_id'],
    ['case_wait', 'activity_instance_id'],
    ['inbox_task', 'task_id'],
    ['incident', 'id'],
  ] as const) {
    const result: { rows: { digest: string | null }[] } = await db.raw(
      `select md5(string_agg(md5(to_jsonb(t)::text), '' order by t.??)) as digest from ?? as t`,
      [key, table],
    )
    digests.push(`${table}:${result.rows[0]?.digest ?? ''}`)
  }
  return sm3(digests.join('\n'))
}

async function touchCases(trx: Knex.Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await trx.raw(
    `with touched as (update case_file set revision = revision + 1 where id = any(?::bigint[]) returning case_no)
     select pg_notify('case_changed', case_no) from touched`,
    [sqlArray(ids)],
  )
}

function eventsOf(rows: readonly EventRow[]): EngineEvent[] {
  return rows.flatMap((row) => row.events)
}
