/**
 * A background loop that is woken (NOTIFY) or looks by itself (sweep): a notification is a hint, the sweep is the promise.
 * One turn at a time; a wake during a turn makes one more. A turn that throws is tried again with back-off.
 */
import type { Log } from './log.ts'

export interface WakeLoopOptions {
  readonly name: string
  /** @returns true when there may be more to do at once */
  readonly turn: () => Promise<boolean>
  readonly sweepMs: number
  readonly log: Log
  readonly random?: () => number
}

export interface WakeLoop {
  start(): void
  wake(): void
  /** after the running turn */
  stop(): Promise<void>
  readonly counters: { turns: number; failures: number }
}

const FIRST_PAUSE_MS = 200
const LAST_PAUSE_MS = 10_000

export function createWakeLoop(options: WakeLoopOptions): WakeLoop {
  const { name, turn, sweepMs, log, random = Math.random } = options
  const counters = { turns: 0, failures: 0 }
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let again = false
  let started = false
  let stopped = false
  let failuresInARow = 0

  async function run(): Promise<void> {
    let more = true
    while (more && !stopped) {
      again = false
      try {
        counters.turns += 1
        more = (await turn()) || again
        failuresInARow = 0
      } catch (error) {
        counters.failures += 1
        failuresInARow += 1
        log.warn({ loop: name, err: error }, 'background work failed, will be tried again')
        return
      }
    }
  }

  function begin(): void {
    if (!started || stopped) return
    if (running !== undefined) {
      again = true
      return
    }
    clearTimeout(timer)
    running = run().finally(() => {
      running = undefined
      const pause = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failuresInARow)
      const wait = failuresInARow > 0 ? pause * (0.5 + random() / 2) : sweepMs
      if (!stopped) timer = setTimeout(begin, wait)
    })
  }

  return {
    counters,
    start() {
      started = true
      begin()
    },
    wake() {
      // While a fault lasts only the back-off timer decides: a storm of notifications must not hammer it.
      if (failuresInARow === 0) begin()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
