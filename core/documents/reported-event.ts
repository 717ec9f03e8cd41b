/** Which event of the file a paper reports, and what must be looked up outside the file. */
import type { CaseEvent, CaseEventOf, CaseEventType } from '../../contracts/case-events.ts'
import { problem } from '../../contracts/problems.ts'
import type { DueDates } from '../clock/due-dates.ts'
import type { DocumentKind, Remedies } from './document-facts.ts'

/** What stands outside the case file: names of units, staff numbers, remedies in force, the certificate. */
export interface Lookups {
  /** the deciding unit, in whose name the paper is issued */
  readonly organ: string
  /** the unit that took the papers */
  readonly place: string
  readonly staffNo?: string
  /** in force for the deciding unit on the day of the act */
  readonly remedies?: Remedies
  readonly licence?: { readonly no: string; readonly from: string; readonly until: string }
  readonly due: DueDates
}

/** The event a paper reports; its day is the day of the paper, its actor the 经办人. */
const REPORTS = {
  'submission-receipt': ['submitted'],
  'acceptance-notice': ['accepted'],
  'correction-notice': ['correction-requested'],
  'tolerance-notice': ['accepted'],
  'non-acceptance-decision': ['acceptance-refused'],
  'grant-decision': ['decided'],
  'refusal-decision': ['decided'],
  'termination-notice': ['terminated', 'correction-expired'],
  licence: ['decided'],
} as const satisfies Record<DocumentKind, readonly CaseEventType[]>

/** @throws ACT_NOT_ALLOWED when nothing in the file gives cause for such a paper */
export function reportedEvent(kind: DocumentKind, events: readonly CaseEvent[]): CaseEvent {
  const types: readonly CaseEventType[] = REPORTS[kind]
  const event = events.findLast((e) => types.includes(e.type))
  if (event === undefined) throw nothingToReport(kind)
  return event
}

export function nothingToReport(kind: DocumentKind) {
  return problem('ACT_NOT_ALLOWED', { detail: `the case file gives no cause for a ${kind}` })
}

/** @returns the event as its own type, or ACT_NOT_ALLOWED */
export function reportedAs<T extends CaseEventType>(
  kind: DocumentKind,
  event: CaseEvent,
  type: T,
): CaseEventOf<T> {
  if (event.type !== type) throw nothingToReport(kind)
  return event as CaseEventOf<T>
}
