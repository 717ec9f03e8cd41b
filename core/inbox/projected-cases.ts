/** The cases behind a batch of engine events, locked, with what their inbox rows show. */
import type { Knex } from 'knex'
import type { CaseRow } from '../cases/case-events.ts'
import { maskName } from '../cases/applicant.ts'
import { getItemVersion, type ItemVersion } from '../catalogue/item-versions.ts'
import type { Calendar } from '../clock/calendar.ts'
import { deriveDueDates, type ClockEntry, type DueDates } from '../clock/due-dates.ts'
import { sqlArray } from './sql-array.ts'

export interface ProjectedCase {
  readonly case: Pick<
    CaseRow,
    'id' | 'caseNo' | 'itemCode' | 'decidingUnit' | 'handlingUnit' | 'channel' | 'submittedAt'
  >
  readonly version: ItemVersion
  readonly applicantMasked: string
  readonly due: DueDates
}

/**
 * process instance id -> case id: from positions known before and from the business keys of new instances. Locks the
 * cases in the order of their ids, so that no two transactions over several cases wait for each other in a ring.
 */
export async function lockCasesOf(
  trx: Knex.Transaction,
  instances: readonly string[],
  businessKeys: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const result: { rows: { pi: string; caseId: string }[] } = await trx.raw(
    `with found as (
       select p.process_instance_id as pi, p.case_id
         from case_position as p where p.process_instance_id = any(?)
       union
       select s.pi, f.id
         from unnest(?::text[], ?::text[]) as s (pi, bk) join case_file as f on f.case_no = s.bk)
     select found.pi, f.id::text as "caseId"
       from found join case_file as f on f.id = found.case_id
      order by f.id for update of f`,
    [sqlArray(instances), [...businessKeys.keys()], [...businessKeys.values()]],
  )
  return new Map(result.rows.map((row) => [row.pi, row.caseId]))
}

interface CaseFacts {
  readonly id: string
  readonly caseNo: string
  readonly itemVersionId: string
  readonly itemCode: string
  readonly decidingUnit: string
  readonly handlingUnit: string
  readonly channel: string
  readonly submittedAt: Date
  readonly applicantName: string | null
  readonly clock: readonly ClockEntry[] | null
}

export async function loadProjectedCases(
  trx: Knex.Transaction,
  ids: readonly string[],
  calendar: Calendar,
): Promise<Map<string, ProjectedCase>> {
  const result: { rows: CaseFacts[] } = await trx.raw(
    `select f.id::text as id, f.case_no as "caseNo", f.item_version_id::text as "itemVersionId",
            f.item_code as "itemCode", f.deciding_unit as "decidingUnit", f.handling_unit as "handlingUnit",
            f.channel, f.submitted_at as "submittedAt", s.name as "applicantName", c.clock
       from case_file as f
       join item_version as v on v.id = f.item_version_id
       left join lateral (
         select s.form ->> (v.package -> 'applicant' ->> 'name') as name
           from case_form as s where s.case_id = f.id order by s.snapshot desc limit 1) as s on true
       left join lateral (
         select json_agg(json_build_object('clock', e.clock, 'kind', e.kind, 'onDay', e.on_day) order by e.seq) as clock
           from clock_entry as e where e.case_id = f.id) as c on true
      where f.id = any(?)`,
    [sqlArray(ids)],
  )
  const cases = new Map<string, ProjectedCase>()
  for (const row of result.rows) {
    const version = await getItemVersion(trx, row.itemVersionId)
    cases.set(row.id, {
      case: row,
      version,
      applicantMasked: maskName(row.applicantName ?? '', version.package.applicant.kind),
      due: dueDatesOf(row.clock ?? [], version, calendar),
    })
  }
  return cases
}

function dueDatesOf(
  entries: readonly ClockEntry[],
  version: ItemVersion,
  calendar: Calendar,
): DueDates {
  try {
    return deriveDueDates(entries, version.package.guide, calendar)
  } catch {
    // A calendar that ends too early costs the row its date, not every other case its inbox.
    return {}
  }
}
