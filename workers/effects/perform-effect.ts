/**
 * One effect, from lease to settled: lease, call, settle with what follows in one transaction. A crash before the call
 * leaves an intent, a crash after it leaves a lease that runs out; both are found by the next attempt, which asks the
 * partner what it knows (call-partner.ts), so one parcel and one message leave the house.
 */
import type { Knex } from 'knex'
import { listCaseEvents, lockCase, touchCase, type CaseRow } from '../../core/cases/case-events.ts'
import { deriveStatus } from '../../core/cases/derive-status.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { cancelUncollected } from '../../core/dispatch/cancel-uncollected.ts'
import { recordBooked } from '../../core/dispatch/parcels.ts'
import {
  getEffectById,
  leaseEffect,
  releaseEffect,
  settleEffect,
  type Effect,
  type Settlement,
} from '../../core/effects/effects.ts'
import { settleNotice } from '../../core/notices/settle-notice.ts'
import type { CourierOrder } from '../../contracts/courier.ts'
import { PartnerFault } from '../../partners/partner-fault.ts'
import type { Log } from '../log.ts'
import { callPartner, toSettlement, type FinalAnswer, type Partners } from './call-partner.ts'
import { EffectBusy, PartnerRefused } from './partner-refused.ts'

export interface EffectPerformerOptions {
  readonly db: Knex
  readonly clock: Clock
  readonly partners: Partners
  readonly log: Log
  /** worker id, kept in the ledger */
  readonly by: string
}

export type EffectPerformer = ReturnType<typeof createEffectPerformer>
export type Performed = 'done' | 'refused'

/** Longer than every partner's time limit (10 s each step), so a living holder keeps it. */
export const LEASE_MS = 60_000
/** What looking up and sending may take together; with less than this left no call is begun. */
const CALL_MS = 30_000
/** How long an SMS may be unknown to QuerySendDetails: before that, "not there" says nothing (sms/gateway.ts). */
const UNSURE_MS = 6_000
const FIRST_BACKOFF_MS = 1_000
const LAST_BACKOFF_MS = 300_000

export function createEffectPerformer(options: EffectPerformerOptions) {
  const { db, clock, partners, log, by } = options

  /**
   * For the topic handler that wrote the intent. A settled effect is not repeated.
   * @throws EffectBusy, PartnerFault: come again; the ledger keeps the state
   */
  async function performById(id: string): Promise<Performed> {
    const at = clock.now()
    const leased = await leaseEffect(db, id, { by, at, ms: LEASE_MS })
    if (leased !== undefined) return performLeased(leased, at)
    const { state } = await getEffectById(db, id)
    if (state === 'done' || state === 'refused') return state
    throw new EffectBusy()
  }

  /**
   * @param leasedAt the time the lease counts from
   * @throws PartnerFault after the effect was given back with a back-off; EffectBusy when the lease is too old
   */
  async function performLeased(effect: Effect, leasedAt: Date): Promise<Performed> {
    const answer = await ask(effect, leasedAt)
    await settle(effect, answer)
    return answer.kind
  }

  /** The call alone, with the parameters and faults of `performLeased`; whoever asks must settle the answer. */
  async function ask(effect: Effect, leasedAt: Date): Promise<FinalAnswer> {
    // Frozen since the lease began (a stopped machine, a paused process): by now another may be sending it.
    if (clock.now().getTime() - leasedAt.getTime() > LEASE_MS - CALL_MS) throw new EffectBusy()
    try {
      const answer = await callPartner(partners, effect)
      if (answer.kind === 'later') throw limitReached(answer)
      if (answer.kind === 'refused') {
        log.warn(
          { effect: effect.id, kind: effect.kind, partner: answer.partner, code: answer.code },
          'a partner refused',
        )
      }
      return answer
    } catch (error) {
      await giveBack(effect, error)
      throw error
    }
  }

  /** The answer and what follows from it, once: nothing when another attempt settled the effect first. */
  async function settle(effect: Effect, answer: FinalAnswer): Promise<void> {
    const settled = toSettlement(answer)
    switch (effect.kind) {
      case 'sms.send':
      case 'mail.send':
        await settleNotice({ db, clock }, effect, settled)
        break
      case 'ems.create':
        await settleParcel(effect, settled, async (trx, row, at) => {
          if (answer.kind === 'refused' || answer.answer.waybillNo === undefined) return
          const { direction } = effect.request as CourierOrder
          const { waybillNo } = answer.answer
          await recordBooked(trx, row, { effectId: effect.id, direction, waybillNo, at })
          // Withdrawn while the courier was being asked: the new parcel is called off as well.
          const ended = deriveStatus(await listCaseEvents(trx, row.id)) === 'withdrawn'
          if (ended) await cancelUncollected(trx, row.id, at)
        })
        break
      case 'ems.cancel':
        await settleParcel(effect, settled, async (trx, row) => {
          if (answer.kind === 'refused') return
          const { waybillNo } = effect.request as { waybillNo: string }
          await trx('parcel').where({ waybill_no: waybillNo }).update({ state: 'cancelled' })
          await touchCase(trx, row)
        })
    }
  }

  async function settleParcel(
    { id, caseId }: Effect,
    settled: Pick<Settlement, 'state' | 'answer'>,
    follow: (trx: Knex.Transaction, row: CaseRow, at: Date) => Promise<void>,
  ): Promise<void> {
    await db.transaction(async (trx) => {
      const row = await lockCase(trx, { caseId })
      const at = clock.now()
      // False: another attempt, overlapping after a lost lease, was told the same and wrote what follows.
      if (await settleEffect(trx, id, { ...settled, at })) await follow(trx, row, at)
    })
  }

  async function giveBack(effect: Effect, error: unknown): Promise<void> {
    const grown = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (effect.attempts - 1))
    const unsure = !(error instanceof PartnerFault) || error.maybeDone
    const wait = unsure ? Math.max(grown, UNSURE_MS) : grown
    await releaseEffect(db, effect.id, {
      attempt: effect.attempts,
      error:
        error instanceof PartnerFault ? `${error.partner} ${error.code ?? 'no answer'}` : 'FAULT',
      nextAttemptAt: new Date(clock.now().getTime() + wait),
    })
  }

  return { performById, performLeased, ask, settle }
}

function limitReached({ partner, code }: { partner: string; code: string }): PartnerFault {
  return new PartnerFault(partner, `limit reached (${code})`, { maybeDone: false, code })
}

/** For effects without which the case cannot go on. */
export function demandDone(performed: Performed, partner: string): void {
  if (performed === 'refused') throw new PartnerRefused(partner, 'see the effect ledger')
}
