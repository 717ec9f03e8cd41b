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
import {
  leaseCommands,
  postponeCommand,
  settleCommands,
  type LeasedCommand,
} from './command-store.ts'
import { deliverToCase, type Delivery } from './deliver-command.ts'
import { deployVersion } from './deploy-version.ts'

export interface CommandSenderOptions {
  readonly db: Knex
  readonly gateway: EngineGateway
  readonly clock: Clock
  readonly log: Log
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
  const { db, gateway, clock, log, concurrency = 8, sweepMs = 1_000 } = options
  const random = options.random ?? Math.random
  const sent = { done: 0, later: 0, stuck: 0, faults: 0 }
  const flying = new Set<Promise<void>>()
  let unseen = false
  let finished: string[] = []
  let settling: Promise<void> | undefined

  /** Takes as many as there are free hands and does not wait for them: a slow deployment holds up no case. */
  async function turn(): Promise<boolean> {
    const free = concurrency - flying.size
    if (free === 0) {
      unseen = true
      return false
    }
    const at = clock.now()
    const leased = await leaseCommands(db, { at, leaseMs: LEASE_MS, limit: free })
    // What is left behind: more than we have hands for, or the next command of a case whose last is on its way.
    unseen = leased.length === free || flying.size > 0
    for (const command of leased) fly(command, at)
    return false
  }

  function fly(leased: LeasedCommand, leasedAt: Date): void {
    const flight = send(leased, leasedAt)
      .catch((error: unknown) =>
        // Its lease runs out and it is sent again; every command is harmless to repeat.
        log.warn({ ...about(leased), err: error }, 'a command was sent but not settled'),
      )
      .finally(() => {
        flying.delete(flight)
        if (unseen) loop.wake()
      })
    flying.add(flight)
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
    if (delivery.kind === 'done') return settle(leased.id)
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

  /** While one statement is on its way the next ends gather, so load makes the batches larger, not the queue longer. */
  async function settle(id: string): Promise<void> {
    finished.push(id)
    settling ??= settleGathered()
    await settling
  }

  async function settleGathered(): Promise<void> {
    try {
      while (finished.length > 0) {
        const ids = finished
        finished = []
        await settleCommands(db, ids, clock.now())
      }
    } finally {
      // In the same turn as the last look at `finished`, so that no end falls between two batches.
      settling = undefined
    }
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
    },
  }
}

function about({ command, attempts }: LeasedCommand): object {
  const key = 'businessKey' in command ? { caseNo: command.businessKey } : {}
  const of = 'caseId' in command ? { caseId: command.caseId } : {}
  return { command: command.kind, attempts, ...of, ...key }
}
