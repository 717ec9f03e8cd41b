/** 听取陈述申辩: the applicant was invited to state, or stated. Refusal part (g) points to this event. */
import type { ActResult, StatementBody } from '../../contracts/acts.ts'
import { problem } from '../../contracts/problems.ts'
import { appendCaseEvent, listCaseEvents, lockCase } from '../cases/case-events.ts'
import { deriveStatus } from '../cases/derive-status.ts'
import { dayOf } from '../clock/clock.ts'
import { mayAct } from '../identity/rights.ts'
import { requireAllowed } from './acts-table.ts'
import type { DecisionDeps } from './open-step.ts'

export function createStateHeard({ db, clock }: DecisionDeps) {
  /**
   * Whoever may act on an open step of the case may hear the applicant; no claim is needed and no step ends.
   * @throws CASE_NOT_FOUND, NOT_YOUR_POST, ACT_NOT_ALLOWED
   */
  return async function stateHeard(
    key: { readonly personId: string; readonly caseNo: string },
    body: StatementBody,
  ): Promise<ActResult> {
    return db.transaction(async (trx) => {
      const row = await lockCase(trx, { caseNo: key.caseNo })
      const at = clock.now()
      const open = (await trx('inbox_task as t')
        .select({ step: 't.step', unit: 't.unit_code' })
        .where('t.case_id', row.id)
        .whereNull('t.done_at')) as { step: string; unit: string }[]
      for (const { step, unit } of open) {
        const post = await mayAct(trx, {
          personId: key.personId,
          itemCode: row.itemCode,
          unitCode: unit,
          step,
          day: dayOf(at),
        })
        if (post === undefined) continue
        requireAllowed(deriveStatus(await listCaseEvents(trx, row.id)), 'invite-statement')
        const seq = await appendCaseEvent(trx, row, {
          type: 'statement-invited',
          at,
          actor: { kind: 'staff', id: key.personId, unit, post },
          payload: body,
        })
        return { caseNo: row.caseNo, seq, done: false }
      }
      throw problem(open.length === 0 ? 'ACT_NOT_ALLOWED' : 'NOT_YOUR_POST')
    })
  }
}
