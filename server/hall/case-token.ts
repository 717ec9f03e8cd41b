import { hash, hkdfSync } from 'node:crypto'

import { jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'

import type { Clock } from '../../core/clock/clock.ts'

const LIFETIME_MS = 30 * 60_000
const AUDIENCE = 'yichuang:case'

export interface CaseTokens {
  issue(caseNo: string): Promise<{ token: string; expiresAt: Date }>
  /** @returns the case number, at once when the token was seen before; undefined when it is not ours or over */
  check(token: string): string | undefined | Promise<string | undefined>
}

/**
 * The short-lived proof that number and query code were right (HS256, 30 minutes, subject = case number). A poll repeats
 * the same token, so its verdict is remembered under the token's hash until it ends.
 */
export function createCaseTokens(options: { key: Buffer; clock: Clock }): CaseTokens {
  const { clock } = options
  // Its own key out of the house's one secret: a token can never pass for a cookie or the other way round.
  const key = new Uint8Array(hkdfSync('sha256', options.key, '', 'case-token', 32))
  const seen = new LRUCache<string, { caseNo: string; endsAt: number }>({ max: 20_000 })

  async function issue(caseNo: string) {
    const now = clock.now().getTime()
    const expiresAt = new Date(now + LIFETIME_MS)
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(caseNo)
      .setAudience(AUDIENCE)
      .setIssuedAt(Math.floor(now / 1000))
      .setExpirationTime(Math.floor(expiresAt.getTime() / 1000))
      .sign(key)
    return { token, expiresAt }
  }

  function check(token: string): string | undefined | Promise<string | undefined> {
    const tokenHash = hash('sha256', token)
    const known = seen.get(tokenHash)
    if (known) return known.endsAt > clock.now().getTime() ? known.caseNo : undefined
    return verify(token, tokenHash)
  }

  async function verify(token: string, tokenHash: string): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        audience: AUDIENCE,
        currentDate: clock.now(),
      })
      if (payload.sub === undefined || payload.exp === undefined) return undefined
      seen.set(tokenHash, { caseNo: payload.sub, endsAt: payload.exp * 1000 })
      return payload.sub
    } catch {
      // Whatever is wrong with it, the answer is the same: query again with number and code.
      return undefined
    }
  }

  return { issue, check }
}
