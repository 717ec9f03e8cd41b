/** 处置记录: what an operator noted about a stuck command or a refused effect; the audit table says it a second time. */
import type { Knex } from 'knex'
import type { IncidentRemedy } from '../../contracts/inbox.ts'
import { recordAudit } from '../audit/record-audit.ts'

export interface OperatorNote {
  /** `command:<id>` or `effect:<id>` */
  readonly subject: string
  readonly act: IncidentRemedy
  readonly note: string
  readonly personId: string
  readonly at: Date
}

export async function addOperatorNote(trx: Knex.Transaction, entry: OperatorNote): Promise<void> {
  const { subject, act, note, personId, at } = entry
  await trx('operator_note').insert({ subject, act, note, person_id: personId, at })
  await recordAudit(trx, {
    at,
    actor: { kind: 'staff', id: personId },
    act: `incident.${act}`,
    subject,
    detail: { note },
  })
}

/** The last note of each subject, to be joined as `n`. */
export const LAST_NOTES = `(select distinct on (o.subject) o.subject, o.act, o.note, o.at, p.name
   from operator_note as o join person as p on p.id = o.person_id
  order by o.subject, o.id desc)`
