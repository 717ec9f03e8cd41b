/** 告知: who is told, by which channel; the intents go into the ledger with the act that is told. */
import type { Knex } from 'knex'
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { FormData } from '../../contracts/filing.ts'
import { applicantOf } from '../cases/applicant.ts'
import { latestSnapshot } from '../cases/case-context.ts'
import { getCase, listCaseEvents } from '../cases/case-events.ts'
import { getItemVersion, type ItemVersion } from '../catalogue/item-versions.ts'
import { intendEffect, type Effect, type EffectIntent } from '../effects/effects.ts'
import type { MailRequest, SmsRequest } from './notice-messages.ts'
import { noticeParams, type NoticeKind, type NoticeParams } from './notice-params.ts'

export interface Notice {
  readonly notice: NoticeKind
  /** one notice = one key, e.g. `<external task id>`; its effects are `<key>:sms` and `<key>:mail` */
  readonly key: string
  /** facts the file does not hold: `{ queryCode }` at filing */
  readonly params?: NoticeParams
  /** promised date of the clock ledger, for notice `accepted` */
  readonly promisedOn?: string
}

export interface NoticeIntent extends Notice {
  readonly caseId: string
  readonly at: Date
  /** see EffectIntent */
  readonly notBefore?: Date
}

/** What a notice tells stands in the file, whom it reaches in the latest form. */
export interface NoticeCase {
  readonly case: { readonly caseNo: string }
  readonly version: Pick<ItemVersion, 'package'>
  readonly events: readonly CaseEvent[]
  readonly form: FormData
}

/** One message to be sent, not yet in the ledger. */
export interface NoticeEffect extends Pick<EffectIntent, 'key'> {
  readonly kind: 'sms.send' | 'mail.send'
  readonly request: SmsRequest | MailRequest
}

const MOBILE = /^1[3-9]\d{9}$/
const MAIL = /^[^\s<>,;@]+@[^\s<>,;@]+$/

/**
 * SMS to the phone and mail to the address the applicant gave (domain.md §7); whoever gave neither is told on paper and
 * on the status page.
 */
export function noticeEffects(
  { case: { caseNo }, version, events, form }: NoticeCase,
  { notice, key, params: given, promisedOn }: Notice,
): NoticeEffect[] {
  const { phone, email } = applicantOf(version.package, form)
  const params = { ...noticeParams(notice, { caseNo, events, promisedOn, given }) }
  const sms: SmsRequest = { notice, phone, params }
  const effects: NoticeEffect[] = []
  if (MOBILE.test(phone)) effects.push({ kind: 'sms.send', key: `${key}:sms`, request: sms })
  if (email !== undefined && MAIL.test(email)) {
    const mail: MailRequest = { notice, to: email, params }
    effects.push({ kind: 'mail.send', key: `${key}:mail`, request: mail })
  }
  return effects
}

/**
 * For an act that holds the case lock.
 * @returns the effects, settled ones of an earlier try included
 */
export async function intendNotice(trx: Knex.Transaction, intent: NoticeIntent): Promise<Effect[]> {
  const { caseId, at, notBefore } = intent
  const row = await getCase(trx, { caseId })
  const of: NoticeCase = {
    case: row,
    version: await getItemVersion(trx, row.itemVersionId),
    events: await listCaseEvents(trx, caseId),
    form: (await latestSnapshot(trx, caseId)).form,
  }
  const common = { caseId, at, ...(notBefore === undefined ? {} : { notBefore }) }
  const effects: Effect[] = []
  for (const effect of noticeEffects(of, intent))
    effects.push(await intendEffect(trx, { ...common, ...effect }))
  return effects
}
