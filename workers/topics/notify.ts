import type { Knex } from 'knex'
import { Topics } from '../../contracts/topics.ts'
import { changeCase } from '../../core/cases/change-case.ts'
import { stateAfter } from '../../core/cases/state-after.ts'
import type { CalendarSource } from '../../core/clock/calendar.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { deriveDueDates } from '../../core/clock/due-dates.ts'
import { getEffect, type Effect } from '../../core/effects/effects.ts'
import { noticeEffects, type NoticeEffect } from '../../core/notices/intend-notice.ts'
import type { NoticeKind } from '../../core/notices/notice-params.ts'
import { noticedAct } from '../../core/notices/settle-notice.ts'
import { LEASE_MS, type EffectPerformer, type Performed } from '../effects/perform-effect.ts'
import { performNotice, type Message } from '../effects/perform-notice.ts'
import { topic } from '../topic.ts'

const CALL_MS = 20_000

/**
 * Tells the applicant by every channel given. A message the operator refuses (a dead number) does not stop the case: the
 * paper is what serves the applicant, the notice only says that it is there. The ledger keeps the refusal.
 */
export function notify({
  db,
  clock,
  calendar,
  performer,
  by,
}: {
  db: Knex
  clock: Clock
  calendar: CalendarSource
  performer: EffectPerformer
  /** worker id */
  by: string
}) {
  return topic({
    contract: Topics.notify,
    async run({ caseNo, taskKey, properties, holdLock }) {
      const notice = properties['notice'] as NoticeKind
      // Before the lease: a task that is not ours any more must not keep the message from its new holder.
      await holdLock(CALL_MS)
      const { state, effects, leased, leasedAt } = await intend(caseNo, taskKey, notice)
      if (effects.length === 0) return {}
      if (leased.length === effects.length) {
        const intended = { key: taskKey, notice, state, messages: leased, leasedAt }
        await performNotice({ db, clock, performer }, intended)
        return {}
      }
      // An earlier try of this task has put some into the ledger, and what became of them stands there.
      const ends = await Promise.allSettled(
        effects.map(({ key }): Promise<Performed> => {
          const own = leased.find((message) => message.key === key)
          return own === undefined ? performKnown(key) : performer.performLeased(own, leasedAt)
        }),
      )
      const failed = ends.find((end) => end.status === 'rejected')
      // The channels that worked are settled; the next try of this task only finds the open one.
      if (failed !== undefined) throw failed.reason
      return {}
    },
  })

  /** `leased`: those that are new in the ledger, for this handler to send; `state`: the case after that, if any were. */
  async function intend(caseNo: string, key: string, notice: NoticeKind) {
    const days = await calendar.get()
    const act = noticedAct(key)
    const { result, written } = await changeCase({ db, clock }, { caseNo, act }, (of, change) => {
      const { promisedOn } =
        notice === 'accepted' ? deriveDueDates(of.clock, of.version.package.guide, days) : {}
      const promise = promisedOn === undefined ? {} : { promisedOn }
      const effects = noticeEffects(of, { notice, key, ...promise })
      // Intended and leased at once: this handler is the first attempt, a sweeper takes over what a crash leaves.
      const lease = { by, until: new Date(change.at.getTime() + LEASE_MS) }
      for (const effect of effects) change.intend({ ...effect, at: change.at, lease })
      return { of, change, effects }
    })
    const { of, change, effects } = result
    const leased = effects.flatMap((effect) => {
      const id = written?.effects.get(effect.key)
      return id === undefined ? [] : [toMessage(effect, id, of.case.id, change.at)]
    })
    return { state: stateAfter(of, change), effects, leased, leasedAt: change.at }
  }

  async function performKnown(key: string): Promise<Performed> {
    const known: Effect = await getEffect(db, key)
    if (known.state === 'done' || known.state === 'refused') return known.state
    return performer.performById(known.id)
  }
}

/** As the intent has just written it. */
function toMessage(effect: NoticeEffect, id: string, caseId: string, at: Date): Message {
  return {
    ...effect,
    id,
    caseId,
    attempts: 1,
    state: 'sending',
    intendedAt: at,
    nextAttemptAt: at,
  }
}
