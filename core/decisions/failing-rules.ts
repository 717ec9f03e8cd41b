/** The automatic acceptance rules that stand against the file now, and that the applicant can be held to. */
import type { Rule } from '../../contracts/item-package.ts'
import type { AcceptanceStep } from './acceptance-step.ts'
import { acceptanceChecks } from './current-checks.ts'
import { loadSnapshots } from './require-gate.ts'
import { mayTell, subjectsOf, tellableSubjects, type Tellable } from './tellable-rules.ts'

export interface FailingRules {
  /** fail now and may be told now */
  readonly toTell: readonly Rule[]
  /** fail now and keep the application from being accepted: to be told, or told before */
  readonly inTheWay: readonly Rule[]
  readonly tellable: Tellable
}

/**
 * After a notice, a rule that was not told and whose subject the applicant did not touch is the office's omission: it
 * can neither be told any more nor held against them.
 */
export async function failingRules(step: AcceptanceStep): Promise<FailingRules> {
  const { context, day } = step
  const tellable = tellableSubjects(context.events, await loadSnapshots(step))
  const failed = new Set(
    acceptanceChecks(context, day)
      .filter((c) => c.outcome === 'fail')
      .map((c) => c.ruleId),
  )
  const failing = context.version.package.rules.filter(
    (rule) => rule.stage === 'acceptance' && failed.has(rule.id),
  )
  const some = (rule: Rule, test: (subject: string) => boolean) => subjectsOf(rule).some(test)
  return {
    tellable,
    toTell: failing.filter((rule) => some(rule, (s) => mayTell(tellable, s))),
    inTheWay: failing.filter((rule) =>
      some(rule, (s) => mayTell(tellable, s) || tellable.told.has(s)),
    ),
  }
}
