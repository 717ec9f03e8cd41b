/** The law as a table (style.md rule 8): which act a status allows. A status without a row does not compile. */
import type { CaseStatus } from '../../contracts/case-status.ts'
import type { StepAct } from '../../contracts/item-package.ts'
import { problem } from '../../contracts/problems.ts'

export type DeskAct = StepAct | 'invite-statement'

export const ALLOWED_ACTS = {
  // The papers are still with the applicant or the courier: nothing to accept (art. 32 begins with receipt).
  submitted: [],
  received: ['accept', 'invite-statement'],
  correcting: [],
  accepted: ['inspect', 'review', 'decide', 'invite-statement'],
  decided: ['hand-over'],
  closed: ['hand-over'],
  // A parcel that another person signed for: the clerk sees to the proof.
  delivering: ['hand-over'],
  // The addressee's own signature came while the clerk had the task: it ends, and adds nothing.
  delivered: ['hand-over'],
  'acceptance-refused': [],
  returned: [],
  withdrawn: [],
  terminated: [],
} as const satisfies Record<CaseStatus, readonly DeskAct[]>

/** @throws ACT_NOT_ALLOWED naming the status and what it allows */
export function requireAllowed(status: CaseStatus, act: DeskAct): void {
  const allowed: readonly DeskAct[] = ALLOWED_ACTS[status]
  if (!allowed.includes(act)) throw problem('ACT_NOT_ALLOWED', { allowed, detail: status })
}
