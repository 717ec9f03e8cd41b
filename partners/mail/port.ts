import type { MailMessage } from '../../contracts/messaging.ts'

/** The mail server said no for good (5xx for this address or this content). */
export interface MailRefusal {
  kind: 'refused'
  code: string
  message: string
}

export type SendMailResult = { kind: 'accepted'; messageId: string } | MailRefusal

/**
 * What the house needs from a mail server. `send` may be repeated: the Message-ID depends on messageKey
 * alone, so stores that already hold it drop the repeat. Throws PartnerFault.
 */
export interface MailGateway {
  send: (message: MailMessage) => Promise<SendMailResult>
  close: () => Promise<void>
}
