import { createHash } from 'node:crypto'

/**
 * The Message-ID (RFC 5322 §3.6.4) of a message key: always the same for the same key and sender.
 * A digest, because a key may name a case and headers are read by every server on the way.
 */
export function messageIdOf(messageKey: string, from: string): string {
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/[^A-Za-z0-9.-]/g, '') || 'localhost'
  return `<${createHash('sha256').update(messageKey).digest('hex').slice(0, 40)}@${domain}>`
}
