/** 审查: the opinion of the one who examined (承办). It binds nobody, but a refusal is examined with its grounds. */
import type { ActResult, ReviewBody } from '../../contracts/acts.ts'
import { problem } from '../../contracts/problems.ts'
import { acceptanceChecks, reviewChecks } from './current-checks.ts'
import {
  append,
  finishStep,
  type DecisionDeps,
  type OpenStep,
  takeStep,
  type StepKey,
} from './open-step.ts'
import { requireGate } from './require-gate.ts'

export function createReview(deps: DecisionDeps) {
  /** @throws REFUSAL_GATE (parts a-e, g), INVALID_INPUT and those of takeStep */
  return async function review(key: StepKey, body: ReviewBody): Promise<ActResult> {
    return takeStep(deps, key, 'review', async (step) => {
      const refuses = body.opinion === 'refuse'
      const ruleIds = body.ruleIds ?? (refuses ? body.grounds.ruleIds : [])
      requireRules(step, ruleIds)
      if (refuses)
        await requireGate(step, {
          stage: 'review',
          grounds: body.grounds,
          checks: [
            ...acceptanceChecks(step.context, step.day),
            ...reviewChecks(step.context, step.day),
          ],
        })
      const seq = append(step, {
        type: 'reviewed',
        payload: {
          opinion: body.opinion,
          text: body.text,
          ruleIds: [...ruleIds],
          ...(refuses ? { grounds: body.grounds } : {}),
        },
      })
      return finishStep(step, seq, {})
    })
  }
}

/** @throws INVALID_INPUT: no rule outside the guide, not even in an opinion */
function requireRules({ context }: OpenStep, ruleIds: readonly string[]): void {
  const fields = ruleIds.flatMap((id, i) =>
    context.version.package.rules.some((r) => r.id === id)
      ? []
      : [
          {
            field: `/ruleIds/${i}`,
            code: 'RULE_UNKNOWN',
            zh: '本事项版本没有这条规则',
            en: 'This item version has no such rule',
          },
        ],
  )
  if (fields.length > 0) throw problem('INVALID_INPUT', { fields })
}
