/** Brings the refusal gate what it judges. Every refusal in this room passes here, so no route can go round it. */
import type { RefusalGrounds, RuleOutcome } from '../../contracts/case-events.ts'
import type { FormData } from '../../contracts/filing.ts'
import { problem } from '../../contracts/problems.ts'
import { sql } from '../database/sql.ts'
import type { OpenStep } from './open-step.ts'
import { checkRefusalGate, type RefusalStage } from './refusal-gate.ts'

export interface Refusal {
  readonly stage: RefusalStage
  readonly grounds: RefusalGrounds
  readonly checks?: readonly RuleOutcome[]
  readonly reviewer?: string
}

/** @throws REFUSAL_GATE, all missing letters at once */
export async function requireGate(step: OpenStep, refusal: Refusal): Promise<void> {
  const { db, day, context, personId } = step
  const fields = checkRefusalGate({
    ...refusal,
    item: context.version.package,
    events: context.events,
    fileIds: new Set(context.files.filter((f) => f.filed).map((f) => f.id)),
    snapshots: await loadSnapshots(step),
    decisionDay: day,
    remedyInForce: await remedyInForce(db, context.case.decidingUnit, day),
    actor: personId,
  })
  if (fields.length > 0) throw problem('REFUSAL_GATE', { fields })
}

const SNAPSHOTS = `select s.snapshot, s.form from case_form as s where s.case_id = $1`

/** Every form the applicant has filed, by its number; one read only when there was a correction. */
export async function loadSnapshots({ db, context }: OpenStep): Promise<Map<number, FormData>> {
  if (context.snapshot === 1) return new Map([[1, context.form]])
  const rows = await sql<{ snapshot: number; form: FormData }>(db, SNAPSHOTS, [context.case.id])
  return new Map(rows.map((row) => [row.snapshot, row.form]))
}

async function remedyInForce(db: OpenStep['db'], unit: string, day: string): Promise<boolean> {
  const row: unknown = await db('remedy as r')
    .select('r.id')
    .where('r.unit_code', unit)
    .where('r.valid_from', '<=', day)
    .where((q) => void q.whereNull('r.valid_until').orWhere('r.valid_until', '>', day))
    .first()
  return row !== undefined
}
