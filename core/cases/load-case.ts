/** Everything an act needs to know of a case, read by one statement. */
import type { Knex } from 'knex'
import type { CaseEvent } from '../../contracts/case-events.ts'
import { problem } from '../../contracts/problems.ts'
import { getItemVersion } from '../catalogue/item-versions.ts'
import type { ClockEntry } from '../clock/due-dates.ts'
import { sql } from '../database/sql.ts'
import type { CaseContext, FormSnapshot } from './case-context.ts'
import { genesisHash } from './case-hash.ts'
import { CASE_FIELDS, toCaseRow, type CaseKey, type CaseRow } from './case-events.ts'
import { filesJson, toMaterialFile, type StoredMaterialFile } from './material-files.ts'

/** A case as it was at one revision; what is written on top of it is written only if the revision still holds. */
export interface CaseState extends CaseContext {
  /** in the order of the ledger */
  readonly clock: readonly ClockEntry[]
  /** of the last event: the next one chains from it */
  readonly lastHash: string
  /** the act asked for by its key is in the file already (`case_act`) */
  readonly acted: boolean
}

/** @param act idempotency key of what is about to be done */
export type CaseQuestion = CaseKey & { readonly act?: string }

interface Row extends CaseRow {
  readonly events: readonly (Omit<CaseEvent, 'at'> & { readonly at: string })[]
  readonly lastHash: string | null
  readonly files: readonly StoredMaterialFile[]
  readonly form: FormSnapshot | null
  readonly clock: readonly ClockEntry[]
  readonly acted?: boolean
}

/** Columns of one row of `case_file as f` with all that hangs on it; JSON, because each part is a list. */
export const CASE_STATE = `
  ${Object.entries(CASE_FIELDS)
    .map(([name, column]) => `${column} as "${name}"`)
    .join(', ')},
  (select coalesce(json_agg(json_build_object('seq', e.seq, 'type', e.type, 'at', e.at, 'actor', e.actor,
            'payload', e.payload) order by e.seq), '[]')
     from case_event as e where e.case_id = f.id) as "events",
  (select e.hash from case_event as e where e.case_id = f.id order by e.seq desc limit 1) as "lastHash",
  (${filesJson('m.case_id = f.id')}) as "files",
  (select json_build_object('snapshot', s.snapshot, 'form', s.form, 'transport', s.transport)
     from case_form as s where s.case_id = f.id order by s.snapshot desc limit 1) as "form",
  (select coalesce(json_agg(json_build_object('clock', c.clock, 'kind', c.kind, 'onDay', c.on_day) order by c.seq), '[]')
     from clock_entry as c where c.case_id = f.id) as "clock"`

const SELECT = `
  select exists (select 1 from case_act as a where a.key = $2) as "acted", ${CASE_STATE} from case_file as f`

/** @throws CASE_NOT_FOUND */
export async function loadCase(db: Knex, of: CaseQuestion): Promise<CaseState> {
  const [row] =
    'caseNo' in of
      ? await sql(db, `${SELECT} where f.case_no = $1`, [of.caseNo, of.act ?? null])
      : await sql(db, `${SELECT} where f.id = $1`, [of.caseId, of.act ?? null])
  if (row === undefined) throw problem('CASE_NOT_FOUND')
  return toCaseState(db, row)
}

/** @param row has the columns of CASE_STATE */
export async function toCaseState(db: Knex, row: object): Promise<CaseState> {
  const { events, lastHash, files, form, clock, acted = false, ...columns } = row as Row
  if (form === null) throw new Error(`case ${columns.id} has no form snapshot`)
  const of = toCaseRow(columns)
  return {
    case: of,
    version: await getItemVersion(db, of.itemVersionId),
    events: events.map((event) => ({ ...event, at: new Date(event.at) }) as CaseEvent),
    files: files.map(toMaterialFile),
    ...form,
    clock,
    acted,
    lastHash: lastHash ?? genesisHash(of.caseNo),
  }
}
