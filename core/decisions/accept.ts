/** 受理: the five outcomes of Licensing Law art. 32, one file each; no sixth exists. */
import type { AcceptBody, ActResult } from '../../contracts/acts.ts'
import { problem } from '../../contracts/problems.ts'
import { acceptApplication } from './accept-application.ts'
import { withAcceptanceClock } from './acceptance-step.ts'
import { correctOnTheSpot } from './correct-on-the-spot.ts'
import { takeStep, type DecisionDeps, type StepKey } from './open-step.ts'
import { refuseAcceptance } from './refuse-acceptance.ts'
import { requestCorrection } from './request-correction.ts'

export function createAccept(deps: DecisionDeps) {
  /**
   * @throws ACT_NOT_ALLOWED, CORRECTION_INCOMPLETE, CORRECTION_ONLY_ONCE, TOLERANCE_NOT_OFFERED, REFUSAL_GATE,
   * SAME_PERSON, INVALID_INPUT and those of takeStep
   */
  return async function accept(key: StepKey, body: AcceptBody): Promise<ActResult> {
    const days = await deps.calendar.get()
    return takeStep(deps, key, 'accept', (opened) => {
      const step = withAcceptanceClock(opened, days)
      // 逾期不告知的，自收到申请材料之日起即为受理 (art. 32(1)(4)): only acceptance is left.
      if (step.deemed && body.outcome !== 'accept')
        throw problem('ACT_NOT_ALLOWED', { allowed: ['accept'], detail: 'deemed accepted' })
      switch (body.outcome) {
        case 'accept':
          return acceptApplication(step, body.tolerated ?? [])
        case 'request-correction':
          return requestCorrection(step, body.defects)
        case 'correct-on-the-spot':
          return correctOnTheSpot(step, body.fields)
        case 'not-required':
        case 'not-competent':
          return refuseAcceptance(step, body)
      }
    })
  }
}
