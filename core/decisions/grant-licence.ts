/** The row of the licence register that a grant makes, for items that end in a licence (证照). */
import type { Knex } from 'knex'
import type { CaseContext } from '../cases/case-context.ts'
import { addDays, addMonths } from '../clock/calendar.ts'

/** A licence without a term: the register's column wants a date, nobody will live to see it. */
const NO_END = '9999-12-31'

/**
 * Needs the case lock; one licence a case (unique index). Numbers run per item and year and are never reused.
 * @param day the day of the decision, yyyy-mm-dd: the licence counts from it
 */
export async function grantLicence(
  trx: Knex.Transaction,
  { context, day }: { readonly context: CaseContext; readonly day: string },
): Promise<void> {
  const { licenceName, validityYears, numberPrefix } = context.version.package.documents
  if (licenceName === undefined) return
  const year = day.slice(0, 4)
  const number = await nextNumber(trx, `licence:${context.case.itemCode}`, Number(year))
  await trx('licence').insert({
    case_id: context.case.id,
    licence_no: `${numberPrefix}证〔${year}〕${String(number).padStart(6, '0')}号`,
    name: licenceName,
    valid_from: day,
    valid_until:
      validityYears === undefined ? NO_END : addDays(addMonths(day, validityYears * 12), -1),
  })
}

async function nextNumber(trx: Knex.Transaction, scope: string, year: number): Promise<number> {
  const result: { rows: { last: number }[] } = await trx.raw(
    `insert into document_counter as c (scope, year, last) values (?, ?, 1)
     on conflict (scope, year) do update set last = c.last + 1
     returning c.last`,
    [scope, year],
  )
  const [row] = result.rows
  if (row === undefined) throw new Error(`no counter for ${scope}`)
  return row.last
}
