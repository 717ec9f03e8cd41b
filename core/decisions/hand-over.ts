/** 窗口领取: the papers reach the applicant at the counter; the delivery clock of art. 44 ends. */
import type { ActResult, HandOverBody } from '../../contracts/acts.ts'
import { problem } from '../../contracts/problems.ts'
import {
  append,
  finishStep,
  moveClock,
  type DecisionDeps,
  takeStep,
  type StepKey,
} from './open-step.ts'

export function createHandOver(deps: DecisionDeps) {
  /** @throws ACT_NOT_ALLOWED when the applicant chose another way of delivery, and those of takeStep */
  return async function handOver(key: StepKey, body: HandOverBody): Promise<ActResult> {
    return takeStep(deps, key, 'hand-over', (step) => {
      const { delivery } = step.context.transport
      if (delivery !== 'window')
        throw problem('ACT_NOT_ALLOWED', { allowed: [], detail: `delivery by ${delivery}` })
      const seq = append(step, {
        type: 'delivered',
        payload: { by: 'window', receiver: body.receiver },
      })
      moveClock(step, { clock: 'delivery', kind: 'stop', reason: '窗口领取' })
      return finishStep(step, seq, {})
    })
  }
}
