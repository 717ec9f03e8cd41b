import type { Knex } from 'knex'
import { Topics } from '../../contracts/topics.ts'
import { changeCase } from '../../core/cases/change-case.ts'
import type { CalendarSource } from '../../core/clock/calendar.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { deriveDueDates } from '../../core/clock/due-dates.ts'
import { getEffect, type Effect } from '../../core/effects/effects.ts'
import { noticeEffects } from '../../core/notices/intend-notice.ts'
import type { NoticeKind } from '../../core/notices/notice-params.ts'
import { LEASE_MS, type EffectPerformer, type Performed } from '../effects/perform-effect.ts'
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
      const days = await calendar.get()
      // Before the lease: a task that is not ours any more must not keep the message from its new holder.
      await holdLock(CALL_MS)
      const { result, written } = await changeCase({ db, clock }, { caseNo }, (of, change) => {
        const { promisedOn } =
          notice === 'accepted' ? deriveDueDates(of.clock, of.version.package.guide, days) : {}
        const effects = noticeEffects(of, {
          notice,
          key: taskKey,
          ...(promisedOn === undefined ? {} : { promisedOn }),
        })
        // Intended and leased at once: this handler is the first attempt, a sweeper takes over what a crash leaves.
        const lease = { by, until: new Date(change.at.getTime() + LEASE_MS) }
        for (const effect of effects) change.intend({ ...effect, at: change.at, lease })
        return { caseId: of.case.id, at: change.at, effects }
      })
      const { at, caseId, effects } = result
      if (effects.length === 0) return {}
      const ends = await Promise.allSettled(
        effects.map((effect): Promise<Performed> => {
          const id = written?.effects.get(effect.key)
          if (id === undefined) return performKnown(effect.key)
          const leased = { ...effect, id, caseId, attempts: 1, intendedAt: at, nextAttemptAt: at }
          return performer.performLeased({ ...leased, state: 'sending' }, at)
        }),
      )
      const failed = ends.find((end) => end.status === 'rejected')
      // The channels that worked are settled; the next try of this task only finds the open one.
      if (failed !== undefined) throw failed.reason
      return {}
    },
  })

  /** An earlier try of this task has put it into the ledger. */
  async function performKnown(key: string): Promise<Performed> {
    const known: Effect = await getEffect(db, key)
    if (known.state === 'done' || known.state === 'refused') return known.state
    return performer.performById(known.id)
  }
}
