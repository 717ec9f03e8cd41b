/** Delivery reports of the operator, kept beside the answer of the effect they belong to. */
import type { Knex } from 'knex'
import { sql } from '../database/sql.ts'

export interface SmsDelivery {
  /** our key of the message */
  readonly outId: string
  readonly delivered: boolean
  readonly errCode: string
  readonly reportedAt: string
}

/**
 * Reports carry no signature: one is believed only as far as it names a message of ours, and it never changes what happened.
 * Of several about one message the last is kept. One statement, however many the operator pushes at once.
 * @returns how many belonged to us
 */
export async function recordSmsReports(db: Knex, reports: readonly SmsDelivery[]): Promise<number> {
  const last = new Map(
    reports.map(({ outId, delivered, errCode, reportedAt }) => [
      outId,
      JSON.stringify({ report: { delivered, errCode, reportedAt } }),
    ]),
  )
  const known = await sql<{ key: string }>(db, RECORD, [[...last.keys()], [...last.values()]])
  const ours = new Set(known.map(({ key }) => key))
  return reports.filter(({ outId }) => ours.has(outId)).length
}

// Locked in the order of their ids, so that two pushes with the same messages never wait for each other in a circle.
const RECORD = `
  with ours as (
    select e.id, r.answer
      from unnest($1::text[], $2::jsonb[]) as r (key, answer)
      join effect as e on e.key = r.key and e.kind = 'sms.send'
     order by e.id for update of e)
  update effect as e set answer = coalesce(e.answer, '{}') || ours.answer
    from ours where e.id = ours.id
  returning e.key`
