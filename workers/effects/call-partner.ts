/** From a ledger row to the partner's real call, and from its answer to what the ledger keeps of it. */
import type { CourierOrder } from '../../contracts/courier.ts'
import type { Effect, Settlement } from '../../core/effects/effects.ts'
import {
  toMailMessage,
  toSmsMessage,
  type MailRequest,
  type SmsRequest,
} from '../../core/notices/notice-messages.ts'
import type { CourierGateway } from '../../partners/ems/port.ts'
import type { MailGateway } from '../../partners/mail/port.ts'
import type { SmsGateway } from '../../partners/sms/port.ts'

export interface Partners {
  readonly courier: CourierGateway
  readonly sms: SmsGateway
  readonly mail: MailGateway
  /** 短信签名 as filed with the operator */
  readonly smsSignName: string
  /** where a citizen finds the case; written into mails */
  readonly publicUrl: string
}

/** `answer` goes into the ledger: codes and numbers, nothing of the request. */
export type FinalAnswer =
  | {
      readonly kind: 'done'
      readonly answer: { readonly waybillNo?: string; readonly id?: string }
    }
  | { readonly kind: 'refused'; readonly partner: string; readonly code: string }

export type PartnerAnswer =
  | FinalAnswer
  /** a limit of the partner's: the same call may pass later */
  | { readonly kind: 'later'; readonly partner: string; readonly code: string }

interface CancelRequest {
  readonly logisticsOrderNo: string
  readonly waybillNo: string
  readonly reason: string
}

/**
 * @param effect leased, its attempt counted. A repeat is harmless with EMS (one order number, one parcel) and with mail
 *   (one Message-ID); SMS is not idempotent (domain.md §7), so from the second attempt on the operator's record is asked first
 * @throws PartnerFault
 */
export async function callPartner(partners: Partners, effect: Effect): Promise<PartnerAnswer> {
  switch (effect.kind) {
    case 'ems.create': {
      const result = await partners.courier.create(effect.request as CourierOrder)
      return result.kind === 'booked'
        ? { kind: 'done', answer: { waybillNo: result.waybillNo } }
        : { kind: 'refused', partner: 'ems', code: result.code }
    }
    case 'ems.cancel': {
      const result = await partners.courier.cancel(effect.request as CancelRequest)
      return result.kind === 'cancelled'
        ? { kind: 'done', answer: {} }
        : { kind: 'refused', partner: 'ems', code: result.code }
    }
    case 'sms.send': {
      const message = toSmsMessage(effect.request as SmsRequest, partners.smsSignName, effect.key)
      // The intent is older than any attempt, so the operator is asked about every day that counts.
      const firstTried = effect.attempts > 1 ? effect.intendedAt : undefined
      const result = await partners.sms.sendOnce(message, firstTried)
      if (result.kind === 'sent') {
        return { kind: 'done', answer: result.bizId === undefined ? {} : { id: result.bizId } }
      }
      return { kind: result.later ? 'later' : 'refused', partner: 'sms', code: result.code }
    }
    case 'mail.send': {
      const message = toMailMessage(effect.request as MailRequest, partners.publicUrl, effect.key)
      const result = await partners.mail.send(message)
      return result.kind === 'accepted'
        ? { kind: 'done', answer: { id: result.messageId } }
        : { kind: 'refused', partner: 'mail', code: result.code }
    }
  }
}

/** What the ledger keeps of it. */
export function toSettlement(answer: FinalAnswer): Pick<Settlement, 'state' | 'answer'> {
  return answer.kind === 'done'
    ? { state: 'done', answer: answer.answer }
    : { state: 'refused', answer: { code: answer.code } }
}
