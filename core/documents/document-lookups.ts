/** What a paper needs beside the case file, in one round trip. */
import type { Knex } from 'knex'
import type { Calendar } from '../clock/calendar.ts'
import { dayOf } from '../clock/clock.ts'
import { deriveDueDates, type ClockEntry, type DueDates } from '../clock/due-dates.ts'
import { sql } from '../database/sql.ts'
import type { DocumentKind } from './document-facts.ts'
import type { PaperCase } from './paper.ts'
import { reportedEvent, type Lookups } from './reported-event.ts'

interface Row {
  readonly organ: string | null
  readonly place: string | null
  readonly staffNo: string | null
  readonly remedies: Lookups['remedies'] | null
  readonly licence: Lookups['licence'] | null
  readonly papersOfKind: number
}

/** Papers that name a date which follows from the ledger; the others need no calendar. */
const NAMES_DUE_DATES: ReadonlySet<DocumentKind> = new Set([
  'submission-receipt',
  'acceptance-notice',
])

/** @returns with `papersOfKind`, how many papers of this kind the case has */
export async function lookUp(
  db: Knex,
  kind: DocumentKind,
  context: PaperCase,
  calendar: Calendar,
): Promise<Lookups & { readonly papersOfKind: number }> {
  const event = reportedEvent(kind, context.events)
  const { id, decidingUnit, handlingUnit, caseNo } = context.case
  const [row] = await sql<Row>(db, SQL, [
    decidingUnit,
    handlingUnit,
    event.actor.kind === 'staff' ? event.actor.id : null,
    dayOf(event.at),
    // A case that is being filed has no number in the tables yet, and nothing there to find.
    id === '' ? null : id,
    kind,
  ])
  if (row?.organ == null || row.place === null)
    throw new Error(`a unit of case ${caseNo} is not in the unit table`)
  return {
    organ: row.organ,
    place: row.place,
    ...(row.staffNo === null ? {} : { staffNo: row.staffNo }),
    ...(row.remedies == null ? {} : { remedies: row.remedies }),
    ...(row.licence == null ? {} : { licence: row.licence }),
    due: NAMES_DUE_DATES.has(kind)
      ? deriveDueDates(context.clock, context.version.package.guide, calendar)
      : startedDates(context.clock),
    papersOfKind: row.papersOfKind,
  }
}

const SQL = `
  select
    (select u.name from unit as u where u.code = $1) as "organ",
    (select u.name from unit as u where u.code = $2) as "place",
    (select p.staff_no from person as p where p.id = $3::uuid) as "staffNo",
    (select jsonb_build_object('reconsideration', r.reconsideration_organ, 'court', r.court)
       from remedy as r
      where r.unit_code = $1 and r.valid_from <= $4::date and (r.valid_until is null or $4::date < r.valid_until)
      order by r.valid_from desc limit 1) as "remedies",
    (select jsonb_build_object('no', l.licence_no, 'from', l.valid_from, 'until', l.valid_until)
       from licence as l where l.case_id = $5::bigint) as "licence",
    (select count(*)::integer from document as d where d.case_id = $5::bigint and d.kind = $6) as "papersOfKind"`

function startedDates(entries: readonly ClockEntry[]): DueDates {
  const acceptedOn = entries.findLast((e) => e.clock === 'handling' && e.kind === 'run')?.onDay
  return acceptedOn === undefined ? {} : { acceptedOn }
}
