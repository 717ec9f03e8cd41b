import type { Knex } from 'knex'
import type { CourierParty } from '../../contracts/courier.ts'
import { Topics } from '../../contracts/topics.ts'
import { lockCase } from '../../core/cases/case-events.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { intendParcel, type Direction } from '../../core/dispatch/order-parcel.ts'
import { reopenEffect } from '../../core/effects/effects.ts'
import { demandDone, LEASE_MS, type EffectPerformer } from '../effects/perform-effect.ts'
import { topic } from '../topic.ts'

/** What a partner call may take at most; the task must stay ours that long. */
const CALL_MS = 20_000

/** Books one parcel. A refusal is an incident; giving the task another try after that asks the courier again. */
export function emsDispatch({
  db,
  clock,
  performer,
  hall,
}: {
  db: Knex
  clock: Clock
  performer: EffectPerformer
  hall: CourierParty
}) {
  return topic({
    contract: Topics.emsDispatch,
    async run({ caseNo, taskKey, properties, holdLock }) {
      const effect = await db.transaction(async (trx) => {
        const row = await lockCase(trx, { caseNo })
        const at = clock.now()
        const intended = await intendParcel(trx, {
          case: row,
          direction: properties['direction'] as Direction,
          key: `${taskKey}:ems`,
          hall,
          at,
          notBefore: new Date(at.getTime() + LEASE_MS),
        })
        if (intended.state === 'refused') await reopenEffect(trx, intended.id, at)
        return intended
      })
      if (effect.state === 'done') return {}
      await holdLock(CALL_MS)
      demandDone(await performer.performById(effect.id), 'ems')
      return {}
    },
  })
}
