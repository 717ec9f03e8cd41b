/** Middle, least and greatest of a figure over the rounds. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly rounds: readonly number[]
}

export function spreadOf(rounds: readonly number[]): Spread {
  const sorted = [...rounds].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2
  return {
    median: rounded(median),
    min: rounded(at(0)),
    max: rounded(at(sorted.length - 1)),
    rounds: rounds.map(rounded),
  }
}

/** Three significant digits are more than such a measurement is worth. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** One line of `npm run bench -- --json`; `ours` and `theirs` are medians in `unit`. */
export interface Line {
  readonly name: 'case' | 'status' | 'inbox'
  readonly ratio: number
  readonly ours: number
  readonly theirs: number
  readonly unit: string
  readonly [raw: string]: unknown
}

/** Which side goes first changes with every round, so that a slow minute of the machine hits both. */
export function turnsOf<T>(round: number, ours: T, theirs: T): readonly T[] {
  return round % 2 === 0 ? [ours, theirs] : [theirs, ours]
}
