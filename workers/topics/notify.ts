import type { Knex } from 'knex'
import { Topics } from '../../contracts/topics.ts'
import { lockCase, type CaseRow } from '../../core/cases/case-events.ts'
import { getItemVersion } from '../../core/catalogue/item-versions.ts'
import type { Calendar, CalendarSource } from '../../core/clock/calendar.ts'
import { listClockEntries } from '../../core/clock/clock-ledger.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { deriveDueDates } from '../../core/clock/due-dates.ts'
import { intendNotice } from '../../core/notices/intend-notice.ts'
import type { NoticeKind } from '../../core/notices/notice-params.ts'
import { LEASE_MS, type EffectPerformer } from '../effects/perform-effect.ts'
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
}: {
  db: Knex
  clock: Clock
  calendar: CalendarSource
  performer: EffectPerformer
}) {
  async function promisedOn(
    trx: Knex.Transaction,
    row: CaseRow,
    days: Calendar,
  ): Promise<string | undefined> {
    const { guide } = (await getItemVersion(trx, row.itemVersionId)).package
    const entries = await listClockEntries(trx, row.id)
    return deriveDueDates(entries, guide, days).promisedOn
  }

  return topic({
    contract: Topics.notify,
    async run({ caseNo, taskKey, properties, holdLock }) {
      const notice = properties['notice'] as NoticeKind
      // Before the transaction: who waits for a second connection while holding one can starve the pool.
      const days = await calendar.get()
      const effects = await db.transaction(async (trx) => {
        const row = await lockCase(trx, { caseNo })
        const at = clock.now()
        const promised = notice === 'accepted' ? await promisedOn(trx, row, days) : undefined
        return intendNotice(trx, {
          caseId: row.id,
          notice,
          key: taskKey,
          at,
          notBefore: new Date(at.getTime() + LEASE_MS),
          ...(promised === undefined ? {} : { promisedOn: promised }),
        })
      })
      const open = effects.filter(({ state }) => state === 'intended' || state === 'sending')
      if (open.length === 0) return {}
      await holdLock(CALL_MS)
      const ends = await Promise.allSettled(open.map(({ id }) => performer.performById(id)))
      const failed = ends.find((end) => end.status === 'rejected')
      // The channels that worked are settled; the next try of this task only finds the open one.
      if (failed !== undefined) throw failed.reason
      return {}
    },
  })
}
