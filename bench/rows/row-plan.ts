/** How the copied cases are spread, the same on both sides. */
export interface RowPlan {
  /** all of them; copy numbers 1 to `total` */
  readonly total: number
  /** the first ones are open, at one of the four desks in turn */
  readonly open: number
  /** the first ones have their whole file, so that their status can be asked */
  readonly filed: number
}

/** One in five open: 85,236 cases a month (engine.md §0.9) and a week under way. */
export function rowPlan(total: number): RowPlan {
  return {
    total,
    open: Math.floor(total / 5),
    filed: Math.min(total, Math.max(20_000, Math.floor(total / 2.5))),
  }
}

/** The desks in turn: what `g % 4` stands for. */
export const DESK_OF = [
  { step: 'Task_Accept', act: 'accept', unit: 'TH-HALL', post: 'POST-ACCEPTANCE' },
  { step: 'Task_Review', act: 'review', unit: 'TH-HRSS', post: 'POST-EXAMINER' },
  { step: 'Task_Decide', act: 'decide', unit: 'TH-HRSS', post: 'POST-CHIEF' },
  { step: 'Task_HandOver', act: 'hand-over', unit: 'TH-HALL', post: 'POST-ISSUER' },
] as const

/** SQL that picks one of the four by the number of the copy. */
export function deskSql(pick: (desk: (typeof DESK_OF)[number]) => string): string {
  return `(array[${DESK_OF.map((desk) => `'${pick(desk)}'`).join(', ')}])[g % 4 + 1]`
}

/** Due dates spread over two months, not in the order of the copies (7919 is a prime). */
export const DUE_DAY_SQL = `(date '2026-11-23' + (g::bigint * 7919 % 60)::int)`
