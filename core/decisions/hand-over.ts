/**
 * 窗口领取: the papers reach the applicant at the counter; the delivery clock of art. 44 ends. The same task sees to a
 * parcel that came back (it is handed over here) or that another person signed for (the proof is seen here).
 */
import type { ActResult, HandOverBody } from '../../contracts/acts.ts'
import type { CaseEventPayload } from '../../contracts/case-events.ts'
import { problem } from '../../contracts/problems.ts'
import type { CaseContext } from '../cases/case-context.ts'
import { resultParcel } from '../cases/parcel-evidence.ts'
import { deriveStatus } from '../cases/derive-status.ts'
import {
  append,
  finishStep,
  moveClock,
  takeStep,
  type DecisionDeps,
  type StepKey,
} from './open-step.ts'

export function createHandOver(deps: DecisionDeps) {
  /**
   * @throws ACT_NOT_ALLOWED when the applicant chose another way of delivery or the parcel is on its way, INVALID_INPUT
   *   without the proof a signed parcel needs, and those of takeStep
   */
  return async function handOver(key: StepKey, body: HandOverBody): Promise<ActResult> {
    return takeStep(deps, key, 'hand-over', (step) => {
      const { events } = step.context
      // The addressee's own signature came in the meantime.
      if (deriveStatus(events) === 'delivered') return finishStep(step, events.at(-1)?.seq ?? 0, {})
      const delivered = deliveryOf(step.context, body)
      const seq = append(step, { type: 'delivered', payload: delivered })
      const reason = delivered.by === 'ems' ? '送达：EMS 签收并经核实' : '窗口领取'
      moveClock(step, { clock: 'delivery', kind: 'stop', reason })
      return finishStep(step, seq, {})
    })
  }
}

function deliveryOf(
  { transport, events }: CaseContext,
  { receiver, proof }: HandOverBody,
): CaseEventPayload<'delivered'> {
  const atWindow = { by: 'window', receiver, ...(proof === undefined ? {} : { proof }) } as const
  if (transport.delivery === 'window') return atWindow
  const parcel = transport.delivery === 'ems' ? resultParcel(events) : undefined
  switch (parcel?.stage) {
    case 'returned':
      return atWindow
    case 'signed':
      if (proof === undefined) throw problem('INVALID_INPUT', { fields: [PROOF_MISSING] })
      return { by: 'ems', waybillNo: parcel.waybillNo, receiver, proof }
    case 'under-way':
    case undefined:
      throw problem('ACT_NOT_ALLOWED', {
        allowed: [],
        detail: `delivery by ${transport.delivery}`,
      })
  }
}

const PROOF_MISSING = {
  field: '/proof',
  code: 'PROOF_MISSING',
  zh: '邮件由他人签收：请写明代收授权或本人已收到的依据',
  en: 'Another person signed for the parcel: say what shows the authorisation, or that the applicant has it',
}
