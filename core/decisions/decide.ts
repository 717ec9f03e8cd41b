/** 决定, Licensing Law art. 34, 38: grant is the default and needs the checks passed, a refusal needs the whole gate. */
import type { ActResult, DecideBody } from '../../contracts/acts.ts'
import type { CaseEventPayload, RefusalGrounds } from '../../contracts/case-events.ts'
import { problem, type ProblemField } from '../../contracts/problems.ts'
import { openTolerance } from '../cases/asked-materials.ts'
import { acceptanceChecks, reviewChecks } from './current-checks.ts'
import { grantLicence } from './grant-licence.ts'
import { reviewsOf } from './last-review.ts'
import {
  append,
  finishStep,
  moveClock,
  type DecisionDeps,
  type OpenStep,
  takeStep,
  type StepKey,
} from './open-step.ts'
import { NO_GROUNDS } from './refusal-gate.ts'
import { requireGate } from './require-gate.ts'
import { ruleField } from './rule-field.ts'

export function createDecide(deps: DecisionDeps) {
  /** @throws SAME_PERSON, REFUSAL_GATE, ACT_NOT_ALLOWED and those of takeStep */
  return async function decide(key: StepKey, body: DecideBody): Promise<ActResult> {
    return takeStep(deps, key, 'decide', async (step) => {
      requireOtherPerson(step)
      const payload =
        body.decision === 'grant'
          ? grant(step, body.text)
          : await refuse(step, body.text, body.grounds)
      append(step, { type: 'decided', payload })
      const outcome = body.decision === 'grant' ? 'granted' : 'refused'
      const seq = append(step, { type: 'closed', payload: { outcome } })
      // 办结: the handling clock ends with the decision, delivery has its own ten days (art. 44).
      moveClock(step, { clock: 'handling', kind: 'stop', reason: '作出决定' })
      moveClock(step, { clock: 'delivery', kind: 'run', reason: '行政许可法第四十四条' })
      return finishStep(step, seq, { decision: body.decision })
    })
  }
}

/** 审核与承办分离: whoever gave an opinion on this case does not decide it, under whatever post. */
function requireOtherPerson({ context, personId }: OpenStep): void {
  if (reviewsOf(context.events).some((e) => e.actor.id === personId)) throw problem('SAME_PERSON')
}

function grant(step: OpenStep, text: string): CaseEventPayload<'decided'> {
  const fields = againstGrant(step)
  if (fields.length > 0)
    throw problem('ACT_NOT_ALLOWED', { fields, allowed: ['refuse'], detail: 'checks not passed' })
  grantLicence(step.change, { context: step.context, day: step.day })
  return { decision: 'grant', mode: 'desk', text }
}

/** What the file itself says against a grant: a failing rule, an officer's finding, papers still owed under 容缺. */
function againstGrant({ context, day }: OpenStep): ProblemField[] {
  const { events, version } = context
  const findings = events.flatMap((e) => (e.type === 'site-inspected' ? e.payload.findings : []))
  const lastFinding = new Map(findings.map((f) => [f.ruleId, f.outcome]))
  // Nobody looked at what the law accepted by silence; otherwise acceptance has been judged and is not judged again.
  const deemed = events.some((e) => e.type === 'accepted' && e.payload.mode === 'deemed')
  const checks = [...(deemed ? acceptanceChecks(context, day) : []), ...reviewChecks(context, day)]
  const failed = new Set([
    ...checks.filter((c) => c.outcome === 'fail').map((c) => c.ruleId),
    ...[...lastFinding].filter(([, outcome]) => outcome === 'fail').map(([ruleId]) => ruleId),
  ])
  return [
    ...version.package.rules.filter((rule) => failed.has(rule.id)).map(ruleField),
    ...(openTolerance(events)?.materials ?? []).map((code) => ({
      field: code,
      code: 'TOLERATED_PAPER_OWED',
      zh: '容缺的材料还没有补齐',
      en: 'A tolerated paper has not been supplied yet',
    })),
  ]
}

async function refuse(
  step: OpenStep,
  text: string,
  given: RefusalGrounds | undefined,
): Promise<CaseEventPayload<'decided'>> {
  const { context, day } = step
  const review = reviewsOf(context.events).at(-1)
  const grounds = given ?? review?.payload.grounds ?? NO_GROUNDS
  await requireGate(step, {
    stage: 'decision',
    grounds,
    checks: [...acceptanceChecks(context, day), ...reviewChecks(context, day)],
    ...(review === undefined ? {} : { reviewer: review.actor.id }),
  })
  return { decision: 'refuse', mode: 'desk', text, grounds }
}
