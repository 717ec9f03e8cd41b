import type { FastifyRequest, onRequestHookHandler } from 'fastify'

import { problem } from '../../contracts/problems.ts'
import type { CaseTokens } from './case-token.ts'

const BEARER = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i

/** Lets a request through only to the case its token was given for (API1: object rights). */
export function requireCaseToken(tokens: CaseTokens): onRequestHookHandler {
  return (request, _reply, done) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1]
    const verdict = token === undefined || token.length > 1000 ? undefined : tokens.check(token)
    if (verdict instanceof Promise) {
      verdict.then(
        (caseNo) => done(refusal(request, caseNo)),
        (error: unknown) => done(error as Error),
      )
      return
    }
    done(refusal(request, verdict))
  }
}

function refusal(request: FastifyRequest, caseNo: string | undefined): Error | undefined {
  const { caseNo: asked } = request.params as { caseNo?: string }
  return caseNo !== undefined && caseNo === asked ? undefined : problem('CASE_ACCESS_REQUIRED')
}
