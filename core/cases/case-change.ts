/** What one act adds to a case: gathered in memory, written as a whole by write-change.ts. */
import type { Actor, CaseEventType } from '../../contracts/case-events.ts'
import type { ClockEntry } from '../clock/due-dates.ts'
import type { EffectIntent } from '../effects/effects.ts'
import type { FormSnapshot } from './case-context.ts'
import type { NewCaseEvent } from './case-events.ts'
import { rowHash } from './case-hash.ts'
import type { CaseCommand } from './engine-commands.ts'
import type { ChangePart } from './change-part.ts'
import type { CaseState } from './load-case.ts'

export interface HashedEvent {
  readonly seq: number
  readonly type: CaseEventType
  readonly at: Date
  readonly actor: Actor
  readonly payload: object
  readonly prev_hash: string
  readonly hash: string
}

export interface EffectOfChange extends Omit<EffectIntent, 'caseId'> {
  /** the caller performs it at once, as the first attempt under this lease */
  readonly lease?: { readonly by: string; readonly until: Date }
}

export type CaseChange = ReturnType<typeof beginChange>

/** What a change must know of the case it is written on; of its lists only how long they are. */
export interface ChangeBase extends Pick<CaseState, 'lastHash'> {
  readonly case: Pick<CaseState['case'], 'id' | 'caseNo' | 'revision'>
  readonly events: { readonly length: number }
  readonly clock: { readonly length: number }
}

/** @param base as read; `at` is the moment of the act */
export function beginChange(base: ChangeBase, at: Date) {
  const events: HashedEvent[] = []
  const clock: (ClockEntry & { readonly seq: number; readonly reason: string })[] = []
  const acts: string[] = []
  const commands: CaseCommand[] = []
  const effects: EffectOfChange[] = []
  const snapshots: FormSnapshot[] = []
  const parts: ChangePart[] = []
  let guard: ChangePart | undefined
  let hash = base.lastHash

  return {
    of: base.case,
    at,
    events: events as readonly HashedEvent[],
    clock: clock as readonly (typeof clock)[number][],
    acts: acts as readonly string[],
    commands: commands as readonly CaseCommand[],
    effects: effects as readonly EffectOfChange[],
    snapshots: snapshots as readonly FormSnapshot[],
    parts: parts as readonly ChangePart[],
    guard: () => guard,

    isEmpty: () =>
      guard === undefined &&
      [events, clock, acts, commands, effects, snapshots, parts].every((l) => l.length === 0),

    /** @returns the seq of the new event */
    append<T extends CaseEventType>(event: Omit<NewCaseEvent<T>, 'at'>): number {
      const seq = base.events.length + events.length + 1
      const { type, actor, payload } = event
      const prev = hash
      hash = rowHash(prev, { seq, at, type, actor, payload })
      events.push({ seq, type, at, actor, payload, prev_hash: prev, hash })
      return seq
    },

    /** `reason`: the event or article that moves the clock */
    moveClock(entry: ClockEntry & { readonly reason: string }): void {
      clock.push({ ...entry, seq: base.clock.length + clock.length + 1 })
    },

    /** The idempotency key of the act, kept for ever (`case_act`). */
    once(key: string): void {
      acts.push(key)
    },

    command(command: CaseCommand): void {
      commands.push(command)
    },

    intend(effect: EffectOfChange): void {
      effects.push(effect)
    },

    addSnapshot(snapshot: FormSnapshot): void {
      snapshots.push(snapshot)
    },

    also(part: ChangePart): void {
      parts.push(part)
    },

    /**
     * The change takes place only if this gives a row, which must be that of `touched` (id, case_no); it may itself write.
     */
    only(condition: ChangePart): void {
      guard = condition
    },
  }
}
