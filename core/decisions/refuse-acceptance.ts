/**
 * 不受理 (art. 32(1)(1)) and 不予受理 (art. 32(1)(2)). Both are refusals and pass the gate, which asks for two persons:
 * the first proposes with grounds and lets the task go, a second claims it and decides. Who names another limb or organ
 * than the proposal confirms nothing: that is a proposal of its own, for another person to confirm.
 */
import type { Static } from 'typebox'
import type { ActResult, NotCompetent, NotRequired } from '../../contracts/acts.ts'
import type { CaseEvent, CaseEventOf } from '../../contracts/case-events.ts'
import { problem } from '../../contracts/problems.ts'
import type { AcceptanceStep } from './acceptance-step.ts'
import { acceptanceChecks } from './current-checks.ts'
import { append, finishStep, keepOpen, moveClock } from './open-step.ts'
import { NO_GROUNDS } from './refusal-gate.ts'
import { requireGate } from './require-gate.ts'

type AcceptanceRefusal = Static<typeof NotRequired> | Static<typeof NotCompetent>

export async function refuseAcceptance(
  step: AcceptanceStep,
  body: AcceptanceRefusal,
): Promise<ActResult> {
  const proposal = standingProposal(step.context.events)
  if (proposal === undefined || !isSame(proposal, body)) return propose(step, body)
  if (proposal.actor.id === step.personId) throw problem('SAME_PERSON')
  const grounds = body.grounds ?? proposal.payload.grounds ?? NO_GROUNDS
  await requireGate(step, {
    stage: 'acceptance',
    grounds,
    checks: acceptanceChecks(step.context, step.day),
    reviewer: proposal.actor.id,
  })
  append(step, {
    type: 'acceptance-refused',
    payload: {
      limb: body.outcome,
      ...('competentOrgan' in body ? { competentOrgan: body.competentOrgan } : {}),
      grounds,
    },
  })
  const seq = append(step, { type: 'closed', payload: { outcome: 'acceptance-refused' } })
  moveClock(step, {
    clock: 'acceptance',
    kind: 'stop',
    reason:
      body.outcome === 'not-required'
        ? '行政许可法第三十二条第一款第（一）项'
        : '行政许可法第三十二条第一款第（二）项',
  })
  return finishStep(step, seq, { acceptanceOutcome: body.outcome })
}

async function propose(step: AcceptanceStep, body: AcceptanceRefusal): Promise<ActResult> {
  const grounds = body.grounds ?? NO_GROUNDS
  await requireGate(step, {
    stage: 'acceptance-proposal',
    grounds,
    checks: acceptanceChecks(step.context, step.day),
  })
  const seq = append(step, {
    type: 'reviewed',
    payload: {
      opinion: 'refuse',
      text:
        body.outcome === 'not-required'
          ? '拟不受理：申请事项依法不需要取得行政许可'
          : `拟不予受理：依法不属于本机关职权范围，应向${body.competentOrgan}申请`,
      ruleIds: grounds.ruleIds,
      grounds,
      limb: body.outcome,
      ...('competentOrgan' in body ? { competentOrgan: body.competentOrgan } : {}),
    },
  })
  step.change.also({ sql: GIVE_BACK, values: [step.taskId] })
  return keepOpen(step, seq)
}

const GIVE_BACK = `delete from task_claim as c using held where c.task_id = ?`

function isSame({ payload }: CaseEventOf<'reviewed'>, body: AcceptanceRefusal): boolean {
  const organ = 'competentOrgan' in body ? body.competentOrgan : undefined
  return payload.limb === body.outcome && payload.competentOrgan === organ
}

/** A proposal falls with everything that changes the file it judged. */
function standingProposal(events: readonly CaseEvent[]): CaseEventOf<'reviewed'> | undefined {
  let standing: CaseEventOf<'reviewed'> | undefined
  for (const event of events) {
    if (event.type === 'reviewed') standing = event.payload.opinion === 'refuse' ? event : undefined
    else if (CHANGES_THE_FILE.has(event.type)) standing = undefined
  }
  return standing
}

const CHANGES_THE_FILE = new Set<CaseEvent['type']>([
  'received',
  'correction-submitted',
  'corrected-on-the-spot',
])
