/** The row of the licence register that a grant makes, for items that end in a licence (证照). */
import type { CaseChange } from '../cases/case-change.ts'
import type { CaseContext } from '../cases/case-context.ts'
import { addDays, addMonths } from '../clock/calendar.ts'

/** A licence without a term: the register's column wants a date, nobody will live to see it. */
const NO_END = '9999-12-31'

/**
 * One licence a case (unique index). Numbers run per item and year and are never reused.
 * @param day the day of the decision, yyyy-mm-dd: the licence counts from it
 */
export function grantLicence(
  change: CaseChange,
  { context, day }: { readonly context: CaseContext; readonly day: string },
): void {
  const { licenceName, validityYears, numberPrefix } = context.version.package.documents
  if (licenceName === undefined) return
  const year = day.slice(0, 4)
  const until =
    validityYears === undefined ? NO_END : addDays(addMonths(day, validityYears * 12), -1)
  change.also({
    name: 'numbered',
    sql: NUMBER,
    values: [`licence:${context.case.itemCode}`, Number(year)],
  })
  change.also({ sql: LICENCE, values: [`${numberPrefix}证〔${year}〕`, licenceName, day, until] })
}

const NUMBER = `
  insert into document_counter as c (scope, year, last) select ?, ?, 1 from held
  on conflict (scope, year) do update set last = c.last + 1 returning c.last`

const LICENCE = `
  insert into licence (case_id, licence_no, name, valid_from, valid_until)
  select held.id, ? || lpad(numbered.last::text, greatest(6, length(numbered.last::text)), '0') || '号', ?, ?::date, ?::date from held, numbered`
