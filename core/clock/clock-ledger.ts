/** The ledger of running and excluded intervals of a case; append-only like the file itself. */
import type { Knex } from 'knex'
import type { ClockEntry } from './due-dates.ts'

export interface NewClockEntry extends ClockEntry {
  /** the event or article that moves the clock */
  readonly reason: string
  readonly at: Date
}

/** Needs the case lock of `lockCase`. */
export async function appendClockEntry(
  trx: Knex.Transaction,
  caseId: string,
  entry: NewClockEntry,
): Promise<void> {
  await trx.raw(
    `insert into clock_entry (case_id, seq, clock, kind, on_day, reason, at)
     select ?, coalesce(max(e.seq), 0) + 1, ?, ?, ?::date, ?, ? from clock_entry as e where e.case_id = ?`,
    [caseId, entry.clock, entry.kind, entry.onDay, entry.reason, entry.at, caseId],
  )
}

export async function listClockEntries(db: Knex, caseId: string): Promise<ClockEntry[]> {
  return (await db('clock_entry as e')
    .select('e.clock', 'e.kind', { onDay: 'e.on_day' })
    .where('e.case_id', caseId)
    .orderBy('e.seq')) as ClockEntry[]
}
