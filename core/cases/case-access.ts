/** How a citizen proves that a case is theirs: number + query code (查询密码), or the token of a draft. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** No 0/O, 1/I/L: the code is read from paper and typed on phones. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
const LENGTH = 8

/**
 * The code follows from the case number and the house's key, so a repeated submit answers the same and nothing secret is
 * stored. 31^8 codes and five tries in 15 minutes leave no room for guessing.
 */
export function queryCodeOf(key: Buffer, caseNo: string): string {
  const digest = createHmac('sha256', key).update(`query-code:${caseNo}`).digest()
  let code = ''
  let number = digest.readBigUInt64BE(0)
  for (let i = 0; i < LENGTH; i += 1) {
    code += ALPHABET[Number(number % BigInt(ALPHABET.length))]
    number /= BigInt(ALPHABET.length)
  }
  return code
}

export function queryCodeMatches(key: Buffer, caseNo: string, code: string): boolean {
  const expected = createHash('sha256').update(queryCodeOf(key, caseNo)).digest()
  const given = createHash('sha256').update(code.trim().toUpperCase()).digest()
  return timingSafeEqual(expected, given)
}

/** @returns a secret of 256 bits for the applicant, and what the database keeps of it */
export function newDraftToken(): { token: string; tokenHash: string } {
  const token = randomBytes(32).toString('base64url')
  return { token, tokenHash: hashToken(token) }
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}

export function tokenMatches(token: string, tokenHash: string): boolean {
  const kept = Buffer.from(tokenHash, 'hex')
  // A swept draft keeps no hash: no token opens it.
  return kept.length === 32 && timingSafeEqual(Buffer.from(hashToken(token), 'hex'), kept)
}
