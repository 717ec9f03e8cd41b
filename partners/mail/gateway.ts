import { createTransport } from 'nodemailer'
import type { Clock } from '../clock.ts'
import { PartnerFault } from '../partner-fault.ts'
import { messageIdOf } from './message-id.ts'
import type { MailGateway } from './port.ts'

export interface MailGatewayOptions {
  host: string
  port: number
  /** Both or neither. */
  user?: string | undefined
  password?: string | undefined
  /** The address mails come from, bare: `hall@example.org`. */
  from: string
  /** TLS from the first byte (port 465). Otherwise STARTTLS is used when the server offers it. */
  secure?: boolean
  /** Refuse to send without TLS: set it for every server that is not on this machine. */
  requireTls?: boolean
  clock: Clock
  /** For each step of the conversation. */
  timeoutMs?: number
}

/** No conversation took place, so the server certainly took nothing. */
const NEVER_SPOKE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EDNS'])

/** SMTP through nodemailer as a MailGateway. */
export function createMailGateway(options: MailGatewayOptions): MailGateway {
  const { from, clock, user, password, timeoutMs = 10_000 } = options
  const transport = createTransport({
    // Greeting, TLS and sign-in cost more than the mail itself: keep two connections.
    pool: true,
    maxConnections: 2,
    // A mail whose connection broke is the caller's to repeat: only the caller counts the tries.
    maxRequeues: 0,
    host: options.host,
    port: options.port,
    secure: options.secure ?? false,
    requireTLS: options.requireTls ?? false,
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A message text must never make this process read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })

  return {
    async send(message) {
      const messageId = messageIdOf(message.messageKey, from)
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: message.to },
          subject: message.subject,
          text: message.text,
          ...(message.html === undefined ? {} : { html: message.html }),
          messageId,
          date: clock.now(),
          // RFC 3834: nobody's holiday assistant should answer a machine.
          headers: { 'Auto-Submitted': 'auto-generated' },
          attachments: (message.attachments ?? []).map((file) => ({
            filename: file.filename,
            contentType: file.contentType,
            content: Buffer.from(file.contentBase64, 'base64'),
          })),
        })
        return { kind: 'accepted', messageId }
      } catch (cause) {
        const { code, responseCode, errno } = smtpError(cause)
        if (code !== 'EAUTH' && responseCode !== undefined && responseCode >= 500) {
          return { kind: 'refused', code: String(responseCode), message: code ?? '' }
        }
        throw new PartnerFault('mail', 'not accepted', {
          maybeDone: responseCode === undefined && !NEVER_SPOKE.has(errno ?? code ?? ''),
          code: responseCode === undefined ? (code ?? 'unknown') : String(responseCode),
          // The cause holds the recipient's address; what a log needs is in `code`.
        })
      }
    },
    async close() {
      transport.close()
    },
  }
}

function smtpError(cause: unknown): {
  code: string | undefined
  responseCode: number | undefined
  errno: string | undefined
} {
  const error = (cause ?? {}) as Record<string, unknown>
  const { code, responseCode } = error
  // nodemailer names every socket fault ESOCKET; the system's own name stands in the message.
  const errno = /\b(E[A-Z_]{3,})\b/.exec(
    typeof error['message'] === 'string' ? error['message'] : '',
  )
  return {
    code: typeof code === 'string' ? code : undefined,
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    errno: errno?.[1],
  }
}
