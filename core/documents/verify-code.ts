import { randomInt } from 'node:crypto'

/** No 0/O, 1/I/L: it may be typed from paper. 31^16 codes cannot be tried through. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

export const VERIFY_CODE = /^[2-9A-HJKMNP-Z]{16}$/

/** The 核验码 under the QR code. */
export function newVerifyCode(): string {
  return Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
