/** What a writer knows without reading: the case with its own change written on it. Pure. */
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { CaseChange } from './case-change.ts'
import type { CaseState } from './load-case.ts'

/**
 * What `loadCase` reads once `change` is written and until somebody else writes: good enough to begin the next change on, because
 * that one is written on this very revision or not at all. Two things stay as they were in `state`: `acted`, the answer to a
 * question of its own, and `files`, which only parts of a change (`also`) touch.
 * @param change begun on `state`, and written
 */
export function stateAfter(
  state: CaseState,
  change: Pick<CaseChange, 'events' | 'clock' | 'snapshots'>,
): CaseState {
  return {
    ...state,
    ...change.snapshots.at(-1),
    case: { ...state.case, revision: String(BigInt(state.case.revision) + 1n) },
    events: [
      ...state.events,
      ...change.events.map(
        ({ seq, type, at, actor, payload }) => ({ seq, type, at, actor, payload }) as CaseEvent,
      ),
    ],
    clock: [
      ...state.clock,
      ...change.clock.map(({ clock, kind, onDay }) => ({ clock, kind, onDay })),
    ],
    lastHash: change.events.at(-1)?.hash ?? state.lastHash,
  }
}
