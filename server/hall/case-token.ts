import { hkdfSync } from 'node:crypto'

import { jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'

import type { Clock } from '../../core/clock/clock.ts'

const LIFETIME_MS = 30 * 60_000
const AUDIENCE = 'yichuang:case'

/** What a token opens, and until when (ms since 1970). */
export interface CaseAccess {
  readonly caseNo: string
  readonly endsAt: number
}

export interface CaseTokens {
  issue(caseNo: string): Promise<{ token: string; expiresAt: Date }>
  /** The case number of a token that was verified before and still runs. */
  known(token: string): string | undefined
  /** @returns undefined when the token is not ours or over */
  check(token: string): Promise<CaseAccess | undefined>
}

/**
 * The short-lived proof that number and query code were right (HS256, 30 minutes, subject = case number). A poll repeats
 * the same token, so its verdict is remembered until it ends.
 */
export function createCaseTokens(options: { key: Buffer; clock: Clock }): CaseTokens {
  const { clock } = options
  // Its own key out of the house's one secret: a token can never pass for a cookie or the other way round.
  const key = new Uint8Array(hkdfSync('sha256', options.key, '', 'case-token', 32))
  const seen = new LRUCache<string, CaseAccess>({ max: 20_000 })

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

  function running(token: string): CaseAccess | undefined {
    const access = seen.get(token)
    return access !== undefined && access.endsAt > clock.now().getTime() ? access : undefined
  }

  async function check(token: string): Promise<CaseAccess | undefined> {
    return running(token) ?? (await verify(token))
  }

  async function verify(token: string): Promise<CaseAccess | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        audience: AUDIENCE,
        currentDate: clock.now(),
      })
      if (payload.sub === undefined || payload.exp === undefined) return undefined
      const access = { caseNo: payload.sub, endsAt: payload.exp * 1000 }
      seen.set(token, access)
      return access
    } catch {
      // Whatever is wrong with it, the answer is the same: query again with number and code.
      return undefined
    }
  }

  return { issue, known: (token) => running(token)?.caseNo, check }
}
