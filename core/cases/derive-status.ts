/** Status is derived, never stored: one pure function without `default` (style.md rule 7). */
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { CaseStatus } from '../../contracts/case-status.ts'

/** @param events in order; an empty file has no status yet and counts as submitted */
export function deriveStatus(events: readonly CaseEvent[]): CaseStatus {
  return events.reduce(nextStatus, 'submitted')
}

/** A parcel that still arrives, or a paper that still goes out, does not bring an ended case back. */
const FINAL: readonly CaseStatus[] = ['acceptance-refused', 'returned', 'withdrawn', 'terminated']

function nextStatus(status: CaseStatus, event: CaseEvent): CaseStatus {
  if (FINAL.includes(status)) return status
  switch (event.type) {
    case 'submitted':
      return 'submitted'
    case 'received':
    case 'correction-submitted':
      return 'received'
    case 'correction-requested':
      return 'correcting'
    case 'correction-expired':
      return 'returned'
    case 'accepted':
      return 'accepted'
    case 'acceptance-refused':
      return 'acceptance-refused'
    case 'decided':
      return 'decided'
    case 'dispatched':
      return event.payload.direction === 'outbound' ? 'delivering' : status
    case 'delivered':
      return 'delivered'
    case 'delivery-reversed':
      return 'delivering'
    case 'withdrawn':
      return 'withdrawn'
    case 'terminated':
      return 'terminated'
    case 'closed':
      // 办结 is not an end of its own kind: the outcome event before it says how the case ended.
      return status === 'decided' ? 'closed' : status
    case 'parcel-tracked':
      // A returned parcel reopens delivery (EMS 711/741): the paper has not reached the applicant.
      return event.payload.direction === 'outbound' && event.payload.state === 'returned'
        ? 'closed'
        : status
    case 'materials-checked':
    case 'corrected-on-the-spot':
    case 'tolerance-supplied':
    case 'tolerance-expired':
    case 'site-inspected':
    case 'statement-invited':
    case 'reviewed':
    case 'document-issued':
    case 'noticed':
      return status
  }
}

/** No act of the applicant or of a clerk can change how these ended. */
export const ENDED: readonly CaseStatus[] = ['delivered', ...FINAL]

export function isEnded(status: CaseStatus): boolean {
  return ENDED.includes(status)
}
