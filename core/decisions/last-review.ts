/** Who examined the accepted case, and with what opinion. */
import type { CaseEvent, CaseEventOf } from '../../contracts/case-events.ts'

/** Opinions since acceptance, oldest first; a proposal made before it was another matter. */
export function reviewsOf(events: readonly CaseEvent[]): CaseEventOf<'reviewed'>[] {
  const accepted = events.findLastIndex((e) => e.type === 'accepted')
  return events.slice(accepted + 1).filter((e) => e.type === 'reviewed')
}
