/** Delivery reports of the operator, kept beside the answer of the effect they belong to. */
import type { Knex } from 'knex'

export interface SmsDelivery {
  /** our key of the message */
  readonly outId: string
  readonly delivered: boolean
  readonly errCode: string
  readonly reportedAt: string
}

/**
 * Reports carry no signature: one is believed only as far as it names a message of ours, and it never changes what happened.
 * @returns how many belonged to us
 */
export async function recordSmsReports(db: Knex, reports: readonly SmsDelivery[]): Promise<number> {
  let known = 0
  for (const { outId, delivered, errCode, reportedAt } of reports) {
    const report = JSON.stringify({ report: { delivered, errCode, reportedAt } })
    known += await db('effect')
      .where({ key: outId, kind: 'sms.send' })
      .update({ answer: db.raw(`coalesce(answer, '{}'::jsonb) || ?::jsonb`, [report]) })
  }
  return known
}
