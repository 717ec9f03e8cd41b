import { rounded, spreadOf, type Spread } from '../figures.ts'

/** One turn of readers. */
export interface ReadReport {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** how many answers of each status */
  readonly answers: Readonly<Record<string, number>>
}

export function latencyOf(latencies: number[], seconds: number): Omit<ReadReport, 'answers'> {
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
  return { perSecond: sorted.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}

export interface ReadFigures {
  readonly perSecond: Spread
  readonly p50Ms: Spread
  readonly p99Ms: Spread
}

export function figuresOf(turns: readonly ReadReport[]): ReadFigures {
  return {
    perSecond: spreadOf(turns.map((t) => t.perSecond)),
    p50Ms: spreadOf(turns.map((t) => t.p50Ms)),
    p99Ms: spreadOf(turns.map((t) => t.p99Ms)),
  }
}

/** How many times faster (or shorter) each round was, ours over theirs or the other way round. */
export function quotients(over: readonly number[], under: readonly number[]): number[] {
  return over.map((value, i) => rounded(value / (under[i] ?? Number.NaN)))
}

/** A fast error is no answer. */
export function requireAnswers(turn: ReadReport, allowed: readonly number[], side: string): void {
  const other = Object.keys(turn.answers).filter((status) => !allowed.includes(Number(status)))
  if (other.length > 0)
    throw new Error(
      `${side} answered ${JSON.stringify(turn.answers)} where ${allowed.join(', ')} was due`,
    )
}
