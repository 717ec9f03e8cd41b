/** What a paper needs beside the case file, in two round trips: an order stands inside the transaction of an act. */
import type { Knex } from 'knex'
import type { CaseContext } from '../cases/case-context.ts'
import { addDays, addMonths, createCalendar, type CalendarDay } from '../clock/calendar.ts'
import { dayOf } from '../clock/clock.ts'
import { deriveDueDates, type ClockEntry, type DueDates } from '../clock/due-dates.ts'
import type { DocumentKind } from './document-facts.ts'
import { reportedEvent, type Lookups } from './reported-event.ts'

interface Row {
  readonly organ: string | null
  readonly place: string | null
  readonly staffNo: string | null
  readonly remedies: Lookups['remedies'] | null
  readonly licence: Lookups['licence'] | null
  readonly entries: ClockEntry[]
}

/** Papers that name a date which follows from the ledger; the others need no calendar. */
const NAMES_DUE_DATES: ReadonlySet<DocumentKind> = new Set([
  'submission-receipt',
  'acceptance-notice',
])

export async function lookUp(
  db: Knex | Knex.Transaction,
  kind: DocumentKind,
  context: CaseContext,
): Promise<Lookups> {
  const event = reportedEvent(kind, context.events)
  const { rows } = await db.raw<{ rows: Row[] }>(SQL, {
    deciding: context.case.decidingUnit,
    handling: context.case.handlingUnit,
    staff: event.actor.kind === 'staff' ? event.actor.id : null,
    day: dayOf(event.at),
    caseId: context.case.id,
  })
  const [row] = rows
  if (row?.organ == null || row.place === null)
    throw new Error(`a unit of case ${context.case.caseNo} is not in the unit table`)
  return {
    organ: row.organ,
    place: row.place,
    ...(row.staffNo === null ? {} : { staffNo: row.staffNo }),
    ...(row.remedies == null ? {} : { remedies: row.remedies }),
    ...(row.licence == null ? {} : { licence: row.licence }),
    due: NAMES_DUE_DATES.has(kind)
      ? await dueDates(db, context, row.entries)
      : startedDates(row.entries),
  }
}

const SQL = `
  select
    (select u.name from unit as u where u.code = :deciding) as "organ",
    (select u.name from unit as u where u.code = :handling) as "place",
    (select p.staff_no from person as p where p.id::text = :staff::text) as "staffNo",
    (select jsonb_build_object('reconsideration', r.reconsideration_organ, 'court', r.court)
       from remedy as r
      where r.unit_code = :deciding and r.valid_from <= :day::date
        and (r.valid_until is null or :day::date < r.valid_until)
      order by r.valid_from desc limit 1) as "remedies",
    (select jsonb_build_object('no', l.licence_no, 'from', l.valid_from, 'until', l.valid_until)
       from licence as l where l.case_id = :caseId::bigint) as "licence",
    (select coalesce(jsonb_agg(jsonb_build_object('clock', e.clock, 'kind', e.kind, 'onDay', e.on_day)
              order by e.seq), '[]')
       from clock_entry as e where e.case_id = :caseId::bigint) as "entries"`

function startedDates(entries: readonly ClockEntry[]): DueDates {
  const acceptedOn = entries.findLast((e) => e.clock === 'handling' && e.kind === 'run')?.onDay
  return acceptedOn === undefined ? {} : { acceptedOn }
}

/** Only the days between the first entry and the farthest possible limit, not the calendar of twenty years. */
async function dueDates(
  db: Knex | Knex.Transaction,
  context: CaseContext,
  entries: readonly ClockEntry[],
): Promise<DueDates> {
  const days = entries.map((entry) => entry.onDay).sort()
  const [first] = days
  const last = days.at(-1)
  if (first === undefined || last === undefined) return {}
  const { guide } = context.version.package
  const months = Math.max(...[guide.statutory, guide.promise].map((l) => monthsOf(l)))
  const rows = (await db('calendar_day as d')
    .select('d.day', 'd.works', 'd.provisional')
    .where('d.day', '>=', first)
    .andWhere('d.day', '<=', addDays(addMonths(last, months), 60))) as CalendarDay[]
  return deriveDueDates(entries, guide, createCalendar(rows))
}

/** Generous: a working day is never more than three natural days beyond the 60 of reserve. */
function monthsOf(limit: { days: number; unit: string }): number {
  return limit.unit === 'month' ? limit.days : Math.ceil(limit.days / 10)
}
