/**
 * What the engine's timers and the instant path record without a person (topic record-outcome). The engine only says
 * that the moment has come; whether the file allows it is decided here.
 */
import type { Static } from 'typebox'
import type { Knex } from 'knex'
import type { Actor, CaseEventType } from '../../contracts/case-events.ts'
import { problem } from '../../contracts/problems.ts'
import type { AutomaticOutcome } from '../../contracts/topics.ts'
import { openCorrection, openTolerance } from '../cases/asked-materials.ts'
import { contextOf, type CaseContext } from '../cases/case-context.ts'
import {
  appendCaseEvent,
  lockCase,
  recordActOnce,
  type NewCaseEvent,
} from '../cases/case-events.ts'
import { deriveStatus } from '../cases/derive-status.ts'
import { dropMessage } from '../cases/engine-messages.ts'
import { appendClockEntry } from '../clock/clock-ledger.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import type { ClockEntry } from '../clock/due-dates.ts'
import { answerOf } from './answered-in-time.ts'
import { grantLicence } from './grant-licence.ts'

const ACTOR: Actor = { kind: 'system', id: 'record-outcome' }

interface Recording {
  readonly trx: Knex.Transaction
  readonly at: Date
  readonly day: string
  readonly context: CaseContext
}

export interface AutomaticOutcomeRequest {
  readonly caseNo: string
  readonly outcome: Static<typeof AutomaticOutcome>
  /** the external task's id: the same across its retries */
  readonly key: string
}

export function createAutomaticOutcome({ db, clock }: { db: Knex; clock: Clock }) {
  /**
   * Once for a key; a repeat answers the same. Of an expiry it tells whether the applicant had answered before: then
   * nothing expires.
   * @throws ACT_NOT_ALLOWED when the file forbids the outcome: an operator then looks at the incident
   */
  return async function recordAutomaticOutcome(
    request: AutomaticOutcomeRequest,
  ): Promise<{ answeredInTime?: boolean }> {
    const { caseNo, outcome, key } = request
    return db.transaction(async (trx) => {
      const row = await lockCase(trx, { caseNo })
      const at = clock.now()
      const context = await contextOf(trx, row)
      const answered = answerOf(outcome, context.events)
      if (await recordActOnce(trx, row.id, `outcome:${key}`, at)) {
        if (answered?.inTime === true) await dropMessage(trx, row.id, answered.message, key)
        else await RECORD[outcome]({ trx, at, day: dayOf(at), context })
      }
      return answered === undefined ? {} : { answeredInTime: answered.inTime }
    })
  }
}

const RECORD: Readonly<
  Record<AutomaticOutcomeRequest['outcome'], (recording: Recording) => Promise<void>>
> = {
  'instant-grant': instantGrant,
  'correction-expired': correctionExpired,
  'tolerance-expired': toleranceExpired,
  'delivered-online': deliveredOnline,
}

/** 即来即办 (art. 34(2)): decided on the spot, and only when the last check of the file passed. */
async function instantGrant(recording: Recording): Promise<void> {
  const { trx, day, context } = recording
  const { instant, documents } = context.version.package
  const lastCheck = context.events.findLast((e) => e.type === 'materials-checked')
  const allowed = statusIs(recording, 'received') && instant && lastCheck?.payload.passed === true
  if (!allowed) throw forbidden(recording)
  await append(recording, { type: 'accepted', payload: { mode: 'instant', tolerated: [] } })
  await append(recording, {
    type: 'decided',
    payload: { decision: 'grant', mode: 'instant', text: documents.grantContent },
  })
  await append(recording, { type: 'closed', payload: { outcome: 'granted' } })
  await grantLicence(trx, { context, day })
  await move(recording, 'acceptance', 'stop', '即来即办')
  await move(recording, 'handling', 'run', '即来即办')
  await move(recording, 'handling', 'stop', '即来即办')
  await move(recording, 'delivery', 'run', '行政许可法第四十四条')
}

/** 逾期未补正，视为放弃本次申请 (domain.md §13): returned, and may be filed again. */
async function correctionExpired(recording: Recording): Promise<void> {
  const { context, day } = recording
  const deadline = openCorrection(context.events)?.deadline
  if (!statusIs(recording, 'correcting') || deadline === undefined || day < deadline)
    throw forbidden(recording)
  await append(recording, { type: 'correction-expired', payload: { deadline } })
  await append(recording, { type: 'closed', payload: { outcome: 'returned' } })
  await move(recording, 'correction', 'stop', '逾期未补正')
}

/** 容缺逾期: what the applicant signed for in the letter of commitment (domain.md §2, F15). */
async function toleranceExpired(recording: Recording): Promise<void> {
  const { context, day } = recording
  const deadline = openTolerance(context.events)?.deadline
  if (!statusIs(recording, 'accepted') || deadline === undefined || day < deadline)
    throw forbidden(recording)
  await append(recording, { type: 'tolerance-expired', payload: { deadline } })
  await append(recording, {
    type: 'terminated',
    payload: { reason: '容缺受理的材料逾期未补齐，按承诺终止办理' },
  })
  await append(recording, { type: 'closed', payload: { outcome: 'terminated' } })
  await move(recording, 'handling', 'stop', '容缺逾期终止')
}

/** The result waits online for the applicant, who chose to download it. */
async function deliveredOnline(recording: Recording): Promise<void> {
  const decided = statusIs(recording, 'decided') || statusIs(recording, 'closed')
  if (!decided || recording.context.transport.delivery !== 'download') throw forbidden(recording)
  await append(recording, { type: 'delivered', payload: { by: 'download' } })
  await move(recording, 'delivery', 'stop', '网上送达')
}

function statusIs({ context }: Recording, status: ReturnType<typeof deriveStatus>): boolean {
  return deriveStatus(context.events) === status
}

function forbidden({ context }: Recording) {
  return problem('ACT_NOT_ALLOWED', { detail: deriveStatus(context.events) })
}

async function append<T extends CaseEventType>(
  { trx, at, context }: Recording,
  event: Pick<NewCaseEvent<T>, 'type' | 'payload'>,
): Promise<void> {
  await appendCaseEvent<T>(trx, context.case, { at, actor: ACTOR, ...event })
}

function move(
  { trx, at, day, context }: Recording,
  clock: ClockEntry['clock'],
  kind: ClockEntry['kind'],
  reason: string,
): Promise<void> {
  return appendClockEntry(trx, context.case.id, { clock, kind, onDay: day, reason, at })
}
