/** Everything that rules, papers and notices need to know of a case. Holds personal data: never log it. */
import type { Knex } from 'knex'
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { FormData, Transport } from '../../contracts/filing.ts'
import type { ItemVersion } from '../catalogue/item-versions.ts'
import type { CaseRow } from './case-events.ts'
import type { MaterialFile } from './material-files.ts'

export interface FormSnapshot {
  readonly snapshot: number
  readonly form: FormData
  readonly transport: Transport
}

export interface CaseContext extends FormSnapshot {
  readonly case: CaseRow
  readonly version: ItemVersion
  readonly events: readonly CaseEvent[]
  readonly files: readonly MaterialFile[]
}

export async function latestSnapshot(
  db: Knex | Knex.Transaction,
  caseId: string,
): Promise<FormSnapshot> {
  const row = (await db('case_form as s')
    .select('s.snapshot', 's.form', 's.transport')
    .where('s.case_id', caseId)
    .orderBy('s.snapshot', 'desc')
    .first()) as FormSnapshot | undefined
  if (row === undefined) throw new Error(`case ${caseId} has no form snapshot`)
  return row
}

/** Adds a snapshot; earlier ones stay (what was filed when, and what it became). Needs the case lock. */
export async function addSnapshot(
  trx: Knex.Transaction,
  caseId: string,
  snapshot: FormSnapshot & { readonly at: Date },
): Promise<void> {
  await trx('case_form').insert({
    case_id: caseId,
    snapshot: snapshot.snapshot,
    form: JSON.stringify(snapshot.form),
    transport: JSON.stringify(snapshot.transport),
    at: snapshot.at,
  })
}
