/**
 * A machine fault on the way to a partner: the caller's worker backs off and tries again.
 *
 * `maybeDone` is the question that decides what a repeat must do first. False: the partner certainly
 * did nothing (connection refused, request rejected before it was read). True: the request may have
 * been carried out and only the answer is missing, so look before sending again.
 * The message never holds what was sent: it would put a name or a phone number into a log.
 */
export class PartnerFault extends Error {
  readonly partner: string
  readonly maybeDone: boolean
  readonly code: string | undefined

  constructor(
    partner: string,
    message: string,
    options: { maybeDone: boolean; code?: string; cause?: unknown },
  ) {
    super(`${partner}: ${message}`, { cause: options.cause })
    this.name = 'PartnerFault'
    this.partner = partner
    this.maybeDone = options.maybeDone
    this.code = options.code
  }
}
