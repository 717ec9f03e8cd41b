/** 撤回: the applicant may take the application back before it is decided. */
import type { Knex } from 'knex'
import { problem } from '../../contracts/problems.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { appendClockEntry, listClockEntries } from '../clock/clock-ledger.ts'
import { cancelUncollected } from '../dispatch/cancel-uncollected.ts'
import { intendNotice } from '../notices/intend-notice.ts'
import { appendCaseEvent, listCaseEvents, lockCase, recordActOnce } from './case-events.ts'
import { deriveStatus } from './derive-status.ts'
import { putEngineCommand } from './engine-commands.ts'

const BEFORE_DECISION = ['submitted', 'received', 'correcting', 'accepted']

export function createWithdraw({ db, clock }: { db: Knex; clock: Clock }) {
  /** @throws ACT_NOT_ALLOWED once decided or ended; a repeat with the same key changes nothing */
  async function withdraw(caseNo: string, reason: string, key: string): Promise<void> {
    await db.transaction(async (trx) => {
      const row = await lockCase(trx, { caseNo })
      const at = clock.now()
      if (!(await recordActOnce(trx, row.id, `withdraw:${row.id}:${key}`, at))) return
      const status = deriveStatus(await listCaseEvents(trx, row.id))
      if (!BEFORE_DECISION.includes(status))
        throw problem('ACT_NOT_ALLOWED', { allowed: [], detail: status })
      const actor = { kind: 'applicant', id: 'applicant' } as const
      await appendCaseEvent(trx, row, { type: 'withdrawn', at, actor, payload: { reason } })
      await appendCaseEvent(trx, row, {
        type: 'closed',
        at,
        actor,
        payload: { outcome: 'withdrawn' },
      })
      if (
        (await listClockEntries(trx, row.id)).some(
          (e) => e.clock === 'handling' && e.kind === 'run',
        )
      ) {
        await appendClockEntry(trx, row.id, {
          clock: 'handling',
          kind: 'stop',
          onDay: dayOf(at),
          reason: '申请人撤回',
          at,
        })
      }
      // The inbox must not offer what can no longer be done; the engine's own task.delete event confirms it later.
      await trx('inbox_task')
        .where({ case_id: row.id })
        .whereNull('done_at')
        .update({ done_at: at })
      await intendNotice(trx, {
        caseId: row.id,
        notice: 'withdrawn',
        key: `${caseNo}:withdrawn`,
        at,
      })
      await cancelUncollected(trx, row.id, at)
      await putEngineCommand(
        trx,
        { kind: 'cancel', caseId: row.id, businessKey: caseNo, reason: 'withdrawn' },
        at,
      )
    })
  }

  return { withdraw }
}

export type Withdraw = ReturnType<typeof createWithdraw>
