/** What both drivers are asked: the same number of cases, the same people at once, up to the same step. */
export interface CaseOrder {
  readonly cases: number
  readonly concurrency: number
  /** accept: leaves the cases at the review; hand-over: to the end */
  readonly until: 'accept' | 'hand-over'
  /** false: the papers are handed over the counter and not scanned (ours only; the engine never has files) */
  readonly uploads: boolean
}

export interface CaseReport {
  readonly caseNos: readonly string[]
}

/** Steps of the labour-dispatch flow that a person does when all goes well, in order. */
export const DESK_STEPS = ['accept', 'review', 'decide', 'hand-over'] as const
export type DeskStep = (typeof DESK_STEPS)[number]

export function stepsUntil(until: CaseOrder['until']): readonly DeskStep[] {
  return DESK_STEPS.slice(0, DESK_STEPS.indexOf(until) + 1)
}

/** A page of work on either side. */
export const PAGE = 50
/** A desk whose list is empty looks again after this; the same on both sides. */
export const LOOK_AGAIN_MS = 150
export const PATIENCE_MS = 180_000
