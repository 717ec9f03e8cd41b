/** Brings the refusal gate what it judges. Every refusal in this room passes here, so no route can go round it. */
import type { RefusalGrounds, RuleOutcome } from '../../contracts/case-events.ts'
import type { FormData } from '../../contracts/filing.ts'
import { problem } from '../../contracts/problems.ts'
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
  const { trx, day, context, personId } = step
  const fields = checkRefusalGate({
    ...refusal,
    item: context.version.package,
    events: context.events,
    fileIds: new Set(context.files.filter((f) => f.filed).map((f) => f.id)),
    snapshots: await loadSnapshots(step),
    decisionDay: day,
    remedyInForce: await remedyInForce(trx, context.case.decidingUnit, day),
    actor: personId,
  })
  if (fields.length > 0) throw problem('REFUSAL_GATE', { fields })
}

export async function loadSnapshots({ trx, context }: OpenStep): Promise<Map<number, FormData>> {
  const rows = (await trx('case_form as s')
    .select('s.snapshot', 's.form')
    .where('s.case_id', context.case.id)) as { snapshot: number; form: FormData }[]
  return new Map(rows.map((row) => [row.snapshot, row.form]))
}

async function remedyInForce(trx: OpenStep['trx'], unit: string, day: string): Promise<boolean> {
  const row: unknown = await trx('remedy as r')
    .select('r.id')
    .where('r.unit_code', unit)
    .where('r.valid_from', '<=', day)
    .where((q) => void q.whereNull('r.valid_until').orWhere('r.valid_until', '>', day))
    .first()
  return row !== undefined
}
