/** Work that no event starts. Each job is harmless when two workers run it, so nothing elects a leader. */
import type { Log } from '../log.ts'

export interface Job {
  readonly name: string
  readonly everyMs: number
  /** @returns how many things were done, for the log */
  run(): Promise<number>
}

export function createSchedule({ jobs, log }: { jobs: readonly Job[]; log: Log }) {
  const timers = new Set<NodeJS.Timeout>()
  const running = new Set<Promise<void>>()
  let stopped = false

  function plan(job: Job, wait: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      const run = perform(job).finally(() => {
        running.delete(run)
        if (!stopped) plan(job, job.everyMs)
      })
      running.add(run)
    }, wait)
    timer.unref()
    timers.add(timer)
  }

  async function perform(job: Job): Promise<void> {
    try {
      const done = await job.run()
      if (done > 0) log.info({ job: job.name, done }, 'scheduled work done')
    } catch (error) {
      log.warn({ job: job.name, err: error }, 'scheduled work failed, will run again')
    }
  }

  return {
    /** The first run comes after a tenth of the interval: a restart must not set everything off at once. */
    start(): void {
      for (const job of jobs) plan(job, job.everyMs / 10)
    },
    async stop(): Promise<void> {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      await Promise.allSettled(running)
    },
  }
}
