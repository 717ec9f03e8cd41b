/** 审计: who looked at what, who did what beside the case file. A table, not a log; rows are never changed (migration 0003). */
import type { Knex } from 'knex'
import type { Actor } from '../../contracts/case-events.ts'

export interface AuditEntry {
  readonly at: Date
  readonly actor: Actor
  /** thing.verb, e.g. `case.read` */
  readonly act: string
  /** case number, item version or incident id; never a person's name */
  readonly subject: string
  readonly detail?: Readonly<Record<string, string | number | boolean>>
}

export async function recordAudit(db: Knex | Knex.Transaction, entry: AuditEntry): Promise<void> {
  await db('audit').insert({
    at: entry.at,
    actor: JSON.stringify(entry.actor),
    act: entry.act,
    subject: entry.subject,
    detail: JSON.stringify(entry.detail ?? {}),
  })
}
