/** Numbers of a case (domain.md §3.1): unique, never reused, gaps allowed. */
import type { Knex } from 'knex'
import { commitsWithNext } from '../database/commit-with-next.ts'
import { sql } from '../database/sql.ts'

export interface CaseNumbers {
  /** short code for people, e.g. TH261123-0137 */
  readonly caseNo: string
  /** 统一受理编码: 31-digit task code + yyyymmdd + sequence of item and day */
  readonly unifiedNo: string
}

/**
 * Takes the next numbers of the day. Run outside the filing transaction: a shared counter row held until commit would
 * queue every filing of the district behind the slowest one.
 */
export async function nextCaseNumbers(
  db: Knex,
  taskCode: string,
  day: string,
): Promise<CaseNumbers> {
  const rows = await sql<{ scope: string; last: number }>(db, next(db), [taskCode, day])
  const numberOf = (scope: string) => {
    const row = rows.find((r) => r.scope === scope)
    if (row === undefined) throw new Error(`no counter for ${scope}`)
    return String(row.last).padStart(4, '0')
  }
  const compact = day.replaceAll('-', '')
  return {
    caseNo: `TH${compact.slice(2)}-${numberOf('case')}`,
    unifiedNo: `${taskCode}${compact}${numberOf(taskCode)}`,
  }
}

const next = (db: Knex) => `
  insert into case_counter as c (scope, day, last)
  select n.scope, $2::date, 1 from (values ('case'), ($1)) as n (scope) where ${commitsWithNext(db)}
  on conflict (scope, day) do update set last = c.last + 1
  returning scope, last`
