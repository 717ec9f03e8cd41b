/**
 * A deadline and an answer in the same moment. The file decides, not the engine: an answer that was filed before the
 * deadline counts although the engine's timer came first (docs/decisions/0040).
 */
import type { Static } from 'typebox'
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { AutomaticOutcome } from '../../contracts/topics.ts'
import { Messages, type MessageName } from '../../contracts/variables.ts'
import { deriveStatus } from '../cases/derive-status.ts'

export interface Answer {
  readonly inTime: boolean
  /** what told the flow of it, and what the flow no longer waits for */
  readonly message: MessageName
}

/** @returns undefined for an outcome that no applicant can prevent */
export function answerOf(
  outcome: Static<typeof AutomaticOutcome>,
  events: readonly CaseEvent[],
): Answer | undefined {
  switch (outcome) {
    case 'correction-expired':
      return {
        inTime:
          deriveStatus(events) === 'received' &&
          lastOf(events, ['correction-requested', 'correction-submitted']) ===
            'correction-submitted',
        message: Messages.correctionSubmitted,
      }
    case 'tolerance-expired':
      return {
        inTime:
          deriveStatus(events) === 'accepted' &&
          lastOf(events, ['accepted', 'tolerance-supplied']) === 'tolerance-supplied',
        message: Messages.toleranceSupplied,
      }
    case 'instant-grant':
    case 'delivered-online':
      return undefined
  }
}

function lastOf(events: readonly CaseEvent[], types: readonly CaseEvent['type'][]) {
  return events.findLast((event) => types.includes(event.type))?.type
}
