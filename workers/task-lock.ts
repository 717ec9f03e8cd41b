/**
 * The lock of one external task while its handler runs. The engine never checks expiry on complete, only the worker id
 * (engine.md §0.3): as long as nobody else took the task it is ours, and extending it says so or fails.
 */
export class LockLost extends Error {
  constructor() {
    super('another worker holds the task')
    this.name = 'LockLost'
  }
}

export interface TaskLock {
  hold(ms: number): Promise<void>
  remainingMs(): number
  release(): void
}

export interface TaskLockOptions {
  readonly lockMs: number
  /** asks the engine; rejects when the task is not ours any more or the engine is away */
  readonly extend: (ms: number) => Promise<void>
  readonly isLost: (error: unknown) => boolean
  /** milliseconds of a clock that never jumps */
  readonly monotonic: () => number
}

/** Renews at half of the lock as long as the handler runs; a failed renewal is tried again at the next half. */
export function keepLock(options: TaskLockOptions): TaskLock {
  const { lockMs, extend, isLost, monotonic } = options
  let until = monotonic() + lockMs
  let lost = false
  let renewing: Promise<void> | undefined

  async function renew(): Promise<void> {
    const asked = monotonic()
    try {
      await extend(lockMs)
      until = asked + lockMs
    } catch (error) {
      if (isLost(error)) lost = true
      else throw error
    }
  }

  const timer = setInterval(() => {
    renewing ??= renew()
      .catch(() => undefined)
      .finally(() => (renewing = undefined))
  }, lockMs / 2)
  timer.unref()

  return {
    remainingMs: () => (lost ? 0 : until - monotonic()),
    async hold(ms) {
      if (!lost && until - monotonic() < ms) await renew()
      if (lost) throw new LockLost()
    },
    release: () => clearInterval(timer),
  }
}
