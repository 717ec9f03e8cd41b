/**
 * Sends committed intents to the engine (style.md rule 12): commit first, send after, make the repeat harmless. Several
 * senders may run; each takes other commands. Commands of one case go in order, cases go side by side.
 */
import type { Knex } from 'knex'
import type { Clock } from '../../core/clock/clock.ts'
import type { EngineGateway } from '../../engine/gateway/gateway.ts'
import { EngineFault } from '../../engine/gateway/engine-fault.ts'
import type { Log } from '../log.ts'
import { createWakeLoop, type WakeLoop } from '../wake-loop.ts'
import { postponeCommand, settleAndLease, type LeasedCommand } from './command-store.ts'
import { deliverToCase, type Delivery } from './deliver-command.ts'
import { deployVersion } from './deploy-version.ts'

export interface CommandSenderOptions {
  readonly db: Knex
  readonly gateway: EngineGateway
  readonly clock: Clock
  readonly log: Log
  /** the most commands of one turn */
  readonly concurrency?: number
  readonly sweepMs?: number
  readonly random?: () => number
}

export interface CommandSender extends WakeLoop {
  readonly sent: { done: number; later: number; stuck: number; faults: number }
}

/** Longer than the gateway's 15 s, so that a living sender never sees its own command again. */
const LEASE_MS = 60_000
/** What one delivery may take with its questions before it; with less than this left none is begun. */
const CALL_MS = 35_000
const FIRST_BACKOFF_MS = 250
const LAST_BACKOFF_MS = 60_000
/** A refusal needs a person; asking once in five minutes is enough to notice that the cause is gone. */
const STUCK_BACKOFF_MS = 300_000

export function createCommandSender(options: CommandSenderOptions): CommandSender {
  const { db, gateway, clock, log, concurrency = 16, sweepMs = 1_000 } = options
  const random = options.random ?? Math.random
  const sent = { done: 0, later: 0, stuck: 0, faults: 0 }
  const flying = new Set<Promise<void>>()
  let delivered: string[] = []

  /**
   * One turn after the other: what is committed during a turn makes the next one's batch larger. Only deployments, which
   * take seconds, go beside the turns and hold up no case.
   */
  async function turn(): Promise<boolean> {
    const at = clock.now()
    const leased = await settleAndLeaseNext(at, concurrency - flying.size)
    const [deployments, rest] = partition(leased, ({ command }) => command.kind === 'deploy')
    for (const deployment of deployments) fly(sendSafely(deployment, at))
    await Promise.all(rest.map((command) => sendSafely(command, at)))
    return leased.length > 0
  }

  async function settleAndLeaseNext(at: Date, limit: number): Promise<LeasedCommand[]> {
    const settling = delivered
    delivered = []
    try {
      return await settleAndLease(db, { delivered: settling, at, leaseMs: LEASE_MS, limit })
    } catch (error) {
      delivered = [...settling, ...delivered]
      throw error
    }
  }

  function fly(deployment: Promise<void>): void {
    const flight = deployment.finally(() => {
      flying.delete(flight)
      loop.wake()
    })
    flying.add(flight)
  }

  function sendSafely(leased: LeasedCommand, leasedAt: Date): Promise<void> {
    return send(leased, leasedAt).catch((error: unknown) =>
      // Its lease runs out and it is sent again; every command is harmless to repeat.
      log.warn({ ...about(leased), err: error }, 'a command was sent but not settled'),
    )
  }

  async function send(leased: LeasedCommand, leasedAt: Date): Promise<void> {
    // Frozen since the lease began: another sender may have delivered it, and the case may wait for the same message anew.
    if (clock.now().getTime() - leasedAt.getTime() > LEASE_MS - CALL_MS) {
      log.warn(about(leased), 'the lease of a command is too old, left to its next sender')
      return
    }
    let delivery: Delivery
    try {
      delivery = await deliver(leased)
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error
      sent.faults += 1
      log.warn({ ...about(leased), err: error }, 'the engine could not be asked')
      delivery = { kind: 'later', reason: `ENGINE_FAULT ${error.status ?? ''}`.trim() }
    }
    sent[delivery.kind] += 1
    if (delivery.kind === 'done') {
      delivered.push(leased.id)
      return
    }
    const stuck = delivery.kind === 'stuck'
    log[stuck ? 'error' : 'info']({ ...about(leased), reason: delivery.reason }, 'not delivered')
    await postponeCommand(db, leased.id, {
      error: delivery.reason,
      nextAttemptAt: new Date(clock.now().getTime() + backoff(leased.attempts, stuck)),
    })
  }

  function deliver(leased: LeasedCommand): Promise<Delivery> {
    const { command } = leased
    if (command.kind === 'deploy') {
      return deployVersion(db, gateway, {
        itemVersionId: command.itemVersionId,
        at: clock.now(),
      })
    }
    return deliverToCase(gateway, { ...leased, command })
  }

  function backoff(attempts: number, stuck: boolean): number {
    const grown = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempts - 1))
    return (stuck && attempts > 3 ? STUCK_BACKOFF_MS : grown) * (0.75 + random() / 2)
  }

  const loop = createWakeLoop({ name: 'engine-commands', turn, sweepMs, log, random })
  return {
    ...loop,
    sent,
    async stop() {
      await loop.stop()
      await Promise.allSettled(flying)
      if (delivered.length === 0) return
      await settleAndLeaseNext(clock.now(), 0).catch((error: unknown) =>
        // The database is away: their leases run out, and every command is harmless to repeat.
        log.warn({ err: error }, 'delivered commands were not settled at stop'),
      )
    },
  }
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(is), all.filter((one) => !is(one))]
}

function about({ command, attempts }: LeasedCommand): object {
  const key = 'businessKey' in command ? { caseNo: command.businessKey } : {}
  const of = 'caseId' in command ? { caseId: command.caseId } : {}
  return { command: command.kind, attempts, ...of, ...key }
}
