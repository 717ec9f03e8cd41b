import type { Knex } from 'knex'
import { Topics } from '../../contracts/topics.ts'
import { changeCase } from '../../core/cases/change-case.ts'
import { rulesPassed } from '../../core/cases/check-case.ts'
import { dayOf, type Clock } from '../../core/clock/clock.ts'
import { acceptanceChecks } from '../../core/decisions/current-checks.ts'
import { topic } from '../topic.ts'

/** Runs the version's automatic rules on the form and the filed papers; the result stands in the file per rule id. */
export function materialCheck(deps: { db: Knex; clock: Clock }) {
  return topic({
    contract: Topics.materialCheck,
    async run({ caseNo, taskKey }) {
      const act = `material-check:${taskKey}`
      const { result } = await changeCase(deps, { caseNo, act }, (context, change) => {
        if (context.acted) {
          // Checked by an earlier try whose completion was lost: the same answer, not a second check.
          const earlier = context.events.findLast((event) => event.type === 'materials-checked')
          return earlier?.payload.passed === true
        }
        const results = acceptanceChecks(context, dayOf(change.at))
        const passed = rulesPassed(results)
        change.once(act)
        change.append({
          type: 'materials-checked',
          actor: { kind: 'system', id: Topics.materialCheck.topic },
          payload: { passed, results },
        })
        return passed
      })
      return { checksPassed: result }
    },
  })
}
