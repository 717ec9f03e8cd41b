import type { Knex } from 'knex'
import { Topics } from '../../contracts/topics.ts'
import { contextOf } from '../../core/cases/case-context.ts'
import { appendCaseEvent, lockCase, recordActOnce } from '../../core/cases/case-events.ts'
import { rulesPassed } from '../../core/cases/check-case.ts'
import { dayOf, type Clock } from '../../core/clock/clock.ts'
import { acceptanceChecks } from '../../core/decisions/current-checks.ts'
import { topic } from '../topic.ts'

/** Runs the version's automatic rules on the form and the filed papers; the result stands in the file per rule id. */
export function materialCheck({ db, clock }: { db: Knex; clock: Clock }) {
  return topic({
    contract: Topics.materialCheck,
    run: ({ caseNo, taskKey }) =>
      db.transaction(async (trx) => {
        const row = await lockCase(trx, { caseNo })
        const context = await contextOf(trx, row)
        const at = clock.now()
        if (!(await recordActOnce(trx, row.id, `material-check:${taskKey}`, at))) {
          // Checked by an earlier try whose completion was lost: the same answer, not a second check.
          const earlier = context.events.findLast((event) => event.type === 'materials-checked')
          return { checksPassed: earlier?.payload.passed === true }
        }
        const results = acceptanceChecks(context, dayOf(at))
        const passed = rulesPassed(results)
        await appendCaseEvent(trx, row, {
          type: 'materials-checked',
          at,
          actor: { kind: 'system', id: Topics.materialCheck.topic },
          payload: { passed, results },
        })
        return { checksPassed: passed }
      }),
  })
}
