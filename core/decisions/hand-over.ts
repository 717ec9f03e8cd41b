/** 窗口领取: the papers reach the applicant at the counter; the delivery clock of art. 44 ends. */
import type { ActResult, HandOverBody } from '../../contracts/acts.ts'
import { problem } from '../../contracts/problems.ts'
import {
  append,
  finishStep,
  moveClock,
  openStep,
  type DecisionDeps,
  type StepKey,
} from './open-step.ts'

export function createHandOver({ db, clock }: DecisionDeps) {
  /** @throws ACT_NOT_ALLOWED when the applicant chose another way of delivery, and those of openStep */
  return async function handOver(key: StepKey, body: HandOverBody): Promise<ActResult> {
    return db.transaction(async (trx) => {
      const step = await openStep(trx, clock, key, 'hand-over')
      const { delivery } = step.context.transport
      if (delivery !== 'window')
        throw problem('ACT_NOT_ALLOWED', { allowed: [], detail: `delivery by ${delivery}` })
      const seq = await append(step, {
        type: 'delivered',
        payload: { by: 'window', receiver: body.receiver },
      })
      await moveClock(step, { clock: 'delivery', kind: 'stop', reason: '窗口领取' })
      return finishStep(step, seq, {})
    })
  }
}
