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
import type { CaseChange } from '../cases/case-change.ts'
import type { NewCaseEvent } from '../cases/case-events.ts'
import { changeCase } from '../cases/change-case.ts'
import { deriveStatus } from '../cases/derive-status.ts'
import { dropMessage } from '../cases/engine-messages.ts'
import type { CaseState } from '../cases/load-case.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import type { ClockEntry } from '../clock/due-dates.ts'
import { answerOf } from './answered-in-time.ts'
import { grantLicence } from './grant-licence.ts'

const ACTOR: Actor = { kind: 'system', id: 'record-outcome' }

interface Recording {
  readonly day: string
  readonly context: CaseState
  readonly change: CaseChange
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
    const act = `outcome:${key}`
    const { result } = await changeCase({ db, clock }, { caseNo, act }, (context, change) => {
      const answered = answerOf(outcome, context.events)
      if (!context.acted) {
        change.once(act)
        if (answered?.inTime === true) change.also(dropMessage(answered.message, key))
        else RECORD[outcome]({ day: dayOf(change.at), context, change })
      }
      return answered === undefined ? {} : { answeredInTime: answered.inTime }
    })
    return result
  }
}

const RECORD: Readonly<Record<AutomaticOutcomeRequest['outcome'], (recording: Recording) => void>> =
  {
    'instant-grant': instantGrant,
    'correction-expired': correctionExpired,
    'tolerance-expired': toleranceExpired,
    'delivered-online': deliveredOnline,
  }

/** 即来即办 (art. 34(2)): decided on the spot, and only when the last check of the file passed. */
function instantGrant(recording: Recording): void {
  const { change, day, context } = recording
  const { instant, documents } = context.version.package
  const lastCheck = context.events.findLast((e) => e.type === 'materials-checked')
  const allowed = statusIs(recording, 'received') && instant && lastCheck?.payload.passed === true
  if (!allowed) throw forbidden(recording)
  append(recording, { type: 'accepted', payload: { mode: 'instant', tolerated: [] } })
  append(recording, {
    type: 'decided',
    payload: { decision: 'grant', mode: 'instant', text: documents.grantContent },
  })
  append(recording, { type: 'closed', payload: { outcome: 'granted' } })
  grantLicence(change, { context, day })
  move(recording, 'acceptance', 'stop', '即来即办')
  move(recording, 'handling', 'run', '即来即办')
  move(recording, 'handling', 'stop', '即来即办')
  move(recording, 'delivery', 'run', '行政许可法第四十四条')
}

/** 逾期未补正，视为放弃本次申请 (domain.md §13): returned, and may be filed again. */
function correctionExpired(recording: Recording): void {
  const { context, day } = recording
  const deadline = openCorrection(context.events)?.deadline
  if (!statusIs(recording, 'correcting') || deadline === undefined || day < deadline)
    throw forbidden(recording)
  append(recording, { type: 'correction-expired', payload: { deadline } })
  append(recording, { type: 'closed', payload: { outcome: 'returned' } })
  move(recording, 'correction', 'stop', '逾期未补正')
}

/** 容缺逾期: what the applicant signed for in the letter of commitment (domain.md §2, F15). */
function toleranceExpired(recording: Recording): void {
  const { context, day } = recording
  const deadline = openTolerance(context.events)?.deadline
  if (!statusIs(recording, 'accepted') || deadline === undefined || day < deadline)
    throw forbidden(recording)
  append(recording, { type: 'tolerance-expired', payload: { deadline } })
  append(recording, {
    type: 'terminated',
    payload: { reason: '容缺受理的材料逾期未补齐，按承诺终止办理' },
  })
  append(recording, { type: 'closed', payload: { outcome: 'terminated' } })
  move(recording, 'handling', 'stop', '容缺逾期终止')
}

/** The result waits online for the applicant, who chose to download it. */
function deliveredOnline(recording: Recording): void {
  const decided = statusIs(recording, 'decided') || statusIs(recording, 'closed')
  if (!decided || recording.context.transport.delivery !== 'download') throw forbidden(recording)
  append(recording, { type: 'delivered', payload: { by: 'download' } })
  move(recording, 'delivery', 'stop', '网上送达')
}

function statusIs({ context }: Recording, status: ReturnType<typeof deriveStatus>): boolean {
  return deriveStatus(context.events) === status
}

function forbidden({ context }: Recording) {
  return problem('ACT_NOT_ALLOWED', { detail: deriveStatus(context.events) })
}

function append<T extends CaseEventType>(
  { change }: Recording,
  event: Pick<NewCaseEvent<T>, 'type' | 'payload'>,
): void {
  change.append<T>({ actor: ACTOR, ...event })
}

function move(
  { change, day }: Recording,
  clock: ClockEntry['clock'],
  kind: ClockEntry['kind'],
  reason: string,
): void {
  change.moveClock({ clock, kind, onDay: day, reason })
}
