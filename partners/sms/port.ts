import type { SmsMessage } from '../../contracts/messaging.ts'

/** The operator said no to this message. `later`: a limit; the same message may pass tomorrow. */
export interface SmsRefusal {
  kind: 'refused'
  code: string
  message: string
  later: boolean
}

/** `bizId` is missing when an earlier, unanswered try turned out to have been carried out. */
export type SendSmsResult = { kind: 'sent'; bizId?: string } | SmsRefusal

/** One message as the operator remembers it. */
export interface SmsDetail {
  outId: string
  status: 'waiting' | 'failed' | 'delivered'
  errCode: string
  sentAt: string
}

/** What became of one message: from the operator's report, so `outId` is our key for it. */
export interface SmsReport {
  outId: string
  bizId: string
  delivered: boolean
  errCode: string
  reportedAt: string
}

/**
 * What the house needs from an SMS operator. SendSms is not idempotent (domain.md §7): use `sendOnce`,
 * which looks before it repeats. Every call ends in a result or throws PartnerFault.
 */
export interface SmsGateway {
  /** Sends, whatever happened before. Only right when nothing was tried before. */
  send: (message: SmsMessage) => Promise<SendSmsResult>
  /** The message with this outId sent on this day (China), or undefined. */
  find: (phone: string, day: Date, outId: string) => Promise<SmsDetail | undefined>
  /**
   * One message for one outId. `firstTriedAt`: when this outId was tried first, undefined for the
   * first try; store it BEFORE calling. One caller at a time for one outId (the effect ledger's lock).
   */
  sendOnce: (message: SmsMessage, firstTriedAt: Date | undefined) => Promise<SendSmsResult>
  close: () => Promise<void>
}
