import type { ReadReport } from './read-report.ts'

/** A JVM that has just been started answers ten times slower; that is not what is compared. */
const PATIENCE_MS = 60_000

/** Asks until `enough` answers have come, so that the slower side is warmed up by as many, not by as long. */
export async function warmUp(turn: () => Promise<ReadReport>, enough: number): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (let asked = 0; asked < enough && performance.now() < until;) {
    const { answers } = await turn()
    asked += Object.values(answers).reduce((sum, count) => sum + count, 0)
  }
}
