/** Performs what no topic handler holds: notices of filing and withdrawal, and whatever a crash has left open. */
import type { Knex } from 'knex'
import type { Clock } from '../../core/clock/clock.ts'
import { leaseDueEffects } from '../../core/effects/effects.ts'
import type { Log } from '../log.ts'
import { createWakeLoop, type WakeLoop } from '../wake-loop.ts'
import { LEASE_MS, type EffectPerformer } from './perform-effect.ts'

export interface EffectSenderOptions {
  readonly db: Knex
  readonly clock: Clock
  readonly performer: EffectPerformer
  readonly log: Log
  readonly by: string
  readonly concurrency?: number
  readonly sweepMs?: number
}

export function createEffectSender(options: EffectSenderOptions): WakeLoop {
  const { db, clock, performer, log, by, concurrency = 8, sweepMs = 1_000 } = options

  async function turn(): Promise<boolean> {
    const lease = { by, at: clock.now(), ms: LEASE_MS }
    const effects = await leaseDueEffects(db, concurrency, lease)
    await Promise.all(
      effects.map((effect) =>
        // Given back with a back-off already; the ledger holds the reason.
        performer.performLeased(effect, lease.at).catch((error: unknown) => {
          log.warn(
            { effect: effect.id, kind: effect.kind, attempts: effect.attempts, err: error },
            'an effect failed, will be tried again',
          )
        }),
      ),
    )
    return effects.length === concurrency
  }

  return createWakeLoop({ name: 'effects', turn, sweepMs, log })
}
