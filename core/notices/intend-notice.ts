/** 告知: who is told, by which channel; the intents go into the ledger with the act that is told. */
import type { Knex } from 'knex'
import { applicantOf } from '../cases/applicant.ts'
import { latestSnapshot } from '../cases/case-context.ts'
import { getCase, listCaseEvents } from '../cases/case-events.ts'
import { getItemVersion } from '../catalogue/item-versions.ts'
import { intendEffect, type Effect } from '../effects/effects.ts'
import type { MailRequest, SmsRequest } from './notice-messages.ts'
import { noticeParams, type NoticeKind, type NoticeParams } from './notice-params.ts'

export interface NoticeIntent {
  readonly caseId: string
  readonly notice: NoticeKind
  /** one notice = one key, e.g. `<external task id>`; its effects are `<key>:sms` and `<key>:mail` */
  readonly key: string
  readonly at: Date
  /** facts the file does not hold: `{ queryCode }` at filing */
  readonly params?: NoticeParams
  /** promised date of the clock ledger, for notice `accepted` */
  readonly promisedOn?: string
  /** see EffectIntent */
  readonly notBefore?: Date
}

const MOBILE = /^1[3-9]\d{9}$/
const MAIL = /^[^\s<>,;@]+@[^\s<>,;@]+$/

/**
 * SMS to the phone and mail to the address the applicant gave (domain.md §7); whoever gave neither is told on paper and
 * on the status page. Needs the case lock or a case of this very transaction.
 * @returns the effects, settled ones of an earlier try included
 */
export async function intendNotice(trx: Knex.Transaction, intent: NoticeIntent): Promise<Effect[]> {
  const { caseId, notice, key, at, notBefore } = intent
  const row = await getCase(trx, { caseId })
  const version = await getItemVersion(trx, row.itemVersionId)
  const { form } = await latestSnapshot(trx, caseId)
  const { phone, email } = applicantOf(version.package, form)
  const params = noticeParams(notice, {
    caseNo: row.caseNo,
    events: await listCaseEvents(trx, caseId),
    promisedOn: intent.promisedOn,
    given: intent.params,
  })
  const common = { caseId, at, ...(notBefore === undefined ? {} : { notBefore }) }
  const effects: Effect[] = []
  if (MOBILE.test(phone)) {
    const request: SmsRequest = { notice, phone, params: { ...params } }
    effects.push(
      await intendEffect(trx, { ...common, kind: 'sms.send', key: `${key}:sms`, request }),
    )
  }
  if (email !== undefined && MAIL.test(email)) {
    const request: MailRequest = { notice, to: email, params: { ...params } }
    effects.push(
      await intendEffect(trx, { ...common, kind: 'mail.send', key: `${key}:mail`, request }),
    )
  }
  return effects
}
