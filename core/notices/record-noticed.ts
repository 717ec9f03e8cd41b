import type { Knex } from 'knex'
import { appendCaseEvent, recordActOnce, type CaseRow } from '../cases/case-events.ts'
import type { Effect } from '../effects/effects.ts'
import type { NoticeKind } from './notice-params.ts'

/** `<key>:sms` and `<key>:mail` are one notice. */
export function noticeKeyOf(effectKey: string): string {
  return effectKey.replace(/:(sms|mail)$/, '')
}

/**
 * When the last channel of a notice has been answered, the file says once by which channels the applicant was told.
 * A notice no channel took leaves no event: the ledger shows the refusals. Needs the case lock.
 */
export async function recordNoticed(
  trx: Knex.Transaction,
  of: Pick<CaseRow, 'id' | 'caseNo'>,
  effect: Pick<Effect, 'key' | 'request'>,
  at: Date,
): Promise<void> {
  const key = noticeKeyOf(effect.key)
  const channels = (await trx('effect as e')
    .select('e.kind', 'e.state')
    .whereIn('e.key', [`${key}:sms`, `${key}:mail`])) as {
    kind: 'sms.send' | 'mail.send'
    state: Effect['state']
  }[]
  if (channels.some(({ state }) => state === 'intended' || state === 'sending')) return
  const told = channels
    .filter(({ state }) => state === 'done')
    .map(({ kind }) => (kind === 'sms.send' ? ('sms' as const) : ('mail' as const)))
  if (told.length === 0) return
  if (!(await recordActOnce(trx, of.id, `noticed:${key}`, at))) return
  const { notice } = effect.request as { notice: NoticeKind }
  await appendCaseEvent(trx, of, {
    type: 'noticed',
    at,
    actor: { kind: 'system', id: 'notify' },
    payload: { notice, channels: told },
  })
}
