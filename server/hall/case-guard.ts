import type { FastifyInstance } from 'fastify'

import { problem } from '../../contracts/problems.ts'
import type { CaseTokens } from './case-token.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** behind the case guard: when the token of this request runs out (ms since 1970) */
    caseAccessEndsAt: number
  }
}

const BEARER = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i
/** Ours are about 200 characters long. */
const LONGEST = 1000

/** The token of an Authorization header, unverified; undefined when it cannot be one of ours. */
export function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > LONGEST) return undefined
  return BEARER.exec(authorization)?.[1]
}

/** Lets requests through only to the case their token was given for (API1: object rights). */
export function addCaseGuard(app: FastifyInstance, tokens: CaseTokens): void {
  app.decorateRequest('caseAccessEndsAt', 0)
  app.addHook('onRequest', async (request) => {
    const token = bearerOf(request.headers.authorization)
    const granted = token === undefined ? undefined : await tokens.check(token)
    const { caseNo } = request.params as { caseNo?: string }
    if (granted === undefined || granted.caseNo !== caseNo) throw problem('CASE_ACCESS_REQUIRED')
    request.caseAccessEndsAt = granted.endsAt
  })
}
