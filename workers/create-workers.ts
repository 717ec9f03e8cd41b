/** All messengers of the house around one database, one engine and the partners; tests run it in their own process. */
import type { Knex } from 'knex'
import type { CourierParty } from '../contracts/courier.ts'
import type { FileStore } from '../core/cases/file-store.ts'
import { createCalendarSource } from '../core/clock/calendar.ts'
import type { Clock } from '../core/clock/clock.ts'
import { createListener } from '../core/database/listen.ts'
import type { Renderer } from '../core/documents/render-document.ts'
import { createSessions } from '../core/identity/sessions.ts'
import type { EngineGateway } from '../engine/gateway/gateway.ts'
import type { Partners } from './effects/call-partner.ts'
import { createEffectPerformer } from './effects/perform-effect.ts'
import { createEffectSender } from './effects/sender.ts'
import type { Log } from './log.ts'
import { createCommandSender } from './outbox/engine-commands.ts'
import { outboxLagSeconds } from './outbox/command-store.ts'
import { createProjectionLoop, projectionLagSeconds } from './projection/loop.ts'
import { emptyAbandonedDrafts } from './schedule/abandoned-drafts.ts'
import { trackQuietParcels } from './schedule/quiet-parcels.ts'
import { createSchedule } from './schedule/schedule.ts'
import { subscribe } from './subscribe.ts'
import { emsDispatch } from './topics/ems-dispatch.ts'
import { materialCheck } from './topics/material-check.ts'
import { notify } from './topics/notify.ts'
import { recordOutcome } from './topics/record-outcome.ts'
import { renderDocument } from './topics/render-document.ts'

export interface WorkersOptions {
  readonly db: Knex
  /** for the one LISTEN connection */
  readonly databaseUrl: string
  readonly clock: Clock
  readonly log: Log
  readonly workerId: string
  readonly engine: {
    readonly url: string
    readonly workerToken: string
    /** with the API account; belongs to the caller, who closes it */
    readonly gateway: EngineGateway
  }
  /** belong to the caller, who closes them */
  readonly partners: Partners
  readonly hall: CourierParty
  readonly renderer: Renderer
  readonly fileStore: FileStore
  readonly tuning?: WorkersTuning
}

export interface WorkersTuning {
  readonly maxTasks?: number
  readonly parallel?: number
  readonly intervalMs?: number
  readonly asyncResponseTimeoutMs?: number
  readonly drainMs?: number
  readonly commandConcurrency?: number
  readonly sweepMs?: number
}

export type Workers = ReturnType<typeof createWorkers>

const MINUTE = 60_000

export function createWorkers(options: WorkersOptions) {
  const { db, databaseUrl, clock, log, workerId, engine, partners, hall, renderer } = options
  const { fileStore, tuning = {} } = options
  const calendar = createCalendarSource(db)
  const performer = createEffectPerformer({ db, clock, partners, log, by: workerId })
  const { maxTasks, parallel, intervalMs, asyncResponseTimeoutMs, drainMs } = tuning
  const subscription = subscribe({
    engineUrl: engine.url,
    token: engine.workerToken,
    workerId,
    log,
    topics: [
      materialCheck({ db, clock }),
      renderDocument({ db, clock, calendar, renderer }),
      emsDispatch({ db, clock, performer, hall }),
      notify({ db, clock, calendar, performer, by: workerId }),
      recordOutcome({ db, clock }),
    ],
    ...given({ maxTasks, parallel, intervalMs, asyncResponseTimeoutMs, drainMs }),
  })
  const sweep = given({ sweepMs: tuning.sweepMs })
  const commands = createCommandSender({
    db,
    gateway: engine.gateway,
    clock,
    log,
    ...sweep,
    ...given({ concurrency: tuning.commandConcurrency }),
  })
  const effects = createEffectSender({ db, clock, performer, log, by: workerId, ...sweep })
  const projection = createProjectionLoop({ db, clock, calendar, log, ...sweep })
  const sessions = createSessions({ db, clock })
  const schedule = createSchedule({
    log,
    jobs: [
      { name: 'ended sessions', everyMs: 10 * MINUTE, run: () => sessions.sweep() },
      {
        name: 'abandoned drafts',
        everyMs: 60 * MINUTE,
        run: () => emptyAbandonedDrafts(db, fileStore, clock.now()),
      },
      {
        name: 'quiet parcels',
        everyMs: 30 * MINUTE,
        run: () => trackQuietParcels(db, partners.courier, { clock, calendar }),
      },
    ],
  })
  const listener = createListener({
    url: databaseUrl,
    applicationName: 'workers listen',
    onError: (error) =>
      log.warn({ err: error }, 'notifications are lost, sweeping until they are back'),
  })
  const wakeAll = () => {
    commands.wake()
    effects.wake()
    projection.hint()
  }

  return {
    async start(): Promise<void> {
      listener.subscribe('engine_command', () => commands.wake())
      listener.subscribe('effect', () => effects.wake())
      listener.subscribe('engine_event', () => projection.hint())
      // What was notified while the connection was away went unheard.
      listener.onReconnect(wakeAll)
      await listener.ready()
      projection.start()
      commands.start()
      effects.start()
      schedule.start()
      subscription.start()
    },

    /** New work first, then what runs: nothing is cut off that can end within the drain time. */
    async stop(): Promise<void> {
      await Promise.all([subscription.stop(), schedule.stop()])
      await Promise.all([commands.stop(), effects.stop(), projection.stop()])
      await listener.close()
    },

    health: () => subscription.health(),

    /** Counters and lags for operators, tests and the health page. */
    async figures() {
      const at = clock.now()
      return {
        tasks: { ...subscription.counters, running: subscription.runningTasks() },
        commands: { ...commands.sent, lagSeconds: await outboxLagSeconds(db, at) },
        projection: { ...projection.projected, lagSeconds: await projectionLagSeconds(db, at) },
        effects: { ...effects.counters },
      }
    },
  }
}

/** Drops what was not given: with exactOptionalPropertyTypes "undefined" is not "absent". */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
