/** Turns engine events into inbox rows and case positions (core/inbox), soon after they are committed. */
import type { Knex } from 'knex'
import type { CalendarSource } from '../../core/clock/calendar.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { projectEngineEvents } from '../../core/inbox/project-engine-events.ts'
import type { Log } from '../log.ts'
import { createWakeLoop, type WakeLoop } from '../wake-loop.ts'

export interface ProjectionLoopOptions {
  readonly db: Knex
  readonly clock: Clock
  readonly calendar: CalendarSource
  readonly log: Log
  readonly batch?: number
  readonly sweepMs?: number
}

export interface ProjectionLoop extends WakeLoop {
  /** an engine node has committed events */
  hint(): void
  readonly projected: { rows: number; skipped: number }
}

/**
 * Events are read below the oldest running transaction (xid order has no gaps, engine.md §1), so just after a commit they
 * may not be readable yet: look again after 10, 20, 40 ms instead of waiting for the sweep.
 */
const FIRST_LOOK_MS = 10
const LOOKS = 6
/**
 * After a batch the loop rests this many times as long as the batch took: under load batches grow instead of their number
 * (measured: a dozen statements a batch, whether it holds one event or a hundred); a lone event is projected at once.
 */
const REST = 8
const LONGEST_REST_MS = 400

export function createProjectionLoop(options: ProjectionLoopOptions): ProjectionLoop {
  const { db, clock, calendar, log, batch = 200, sweepMs = 1_000 } = options
  const projected = { rows: 0, skipped: 0 }
  let looks = LOOKS
  let timer: NodeJS.Timeout | undefined
  let restUntil = 0

  async function turn(): Promise<boolean> {
    clearTimeout(timer)
    timer = undefined
    const began = performance.now()
    const rows = await projectEngineEvents(db, clock, {
      limit: batch,
      calendar,
      onSkipped: (events) => {
        projected.skipped += events
        log.debug({ events }, 'engine events of no case of ours')
      },
    })
    projected.rows += rows
    if (rows === batch) return true
    const now = performance.now()
    if (rows > 0) {
      looks = 0
      restUntil = now + Math.min(LONGEST_REST_MS, REST * (now - began))
      lookAt(restUntil)
    } else if (looks < LOOKS) {
      lookAt(now + FIRST_LOOK_MS * 2 ** looks)
      looks += 1
    }
    return false
  }

  function lookAt(time: number): void {
    timer ??= setTimeout(() => loop.wake(), Math.max(0, time - performance.now()))
  }

  const loop = createWakeLoop({ name: 'projection', turn, sweepMs, log })
  return {
    ...loop,
    projected,
    hint() {
      looks = 0
      clearTimeout(timer)
      timer = undefined
      if (performance.now() >= restUntil) loop.wake()
      else lookAt(restUntil)
    },
    async stop() {
      clearTimeout(timer)
      await loop.stop()
      clearTimeout(timer)
    },
  }
}

/** Age in seconds of the oldest engine event the projection has not taken; 0 when it is up to date. */
export async function projectionLagSeconds(db: Knex, at: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: { at: Date }[] }>(
    `select e.at from engine.engine_event as e, projection_cursor as c
      where c.name = 'engine' and (e.xid, e.id) > (c.xid, c.id)
      order by e.xid, e.id limit 1`,
  )
  const oldest = rows[0]?.at
  return oldest === undefined ? 0 : Math.max(0, (at.getTime() - oldest.getTime()) / 1000)
}
