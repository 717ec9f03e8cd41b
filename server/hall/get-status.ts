import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'

import { CaseNo } from '../../contracts/hall.ts'
import { requireCaseToken } from './case-guard.ts'
import type { CaseTokens } from './case-token.ts'
import type { StatusAnswer, StatusCache } from './status-cache.ts'

export interface GetStatusOptions {
  readonly statusCache: StatusCache
  readonly caseTokens: CaseTokens
  readonly https: boolean
}

const EtagHeaders = Type.Object({
  'if-none-match': Type.Optional(Type.String({ maxLength: 1000 })),
})

/**
 * The most asked question of the house, answered from memory: 304 without a body when nothing changed. This door alone does
 * without what every other door has, because a poll costs less than that: no logger of its own, no validation (the guard
 * compared the case number with the token's), headers written as one list.
 */
export const getStatus: FastifyPluginAsyncTypebox<GetStatusOptions> = async (
  app,
  { statusCache, caseTokens, https },
) => {
  app.get(
    '/cases/:caseNo/status',
    {
      schema: {
        operationId: 'getCaseStatus',
        summary: '办件状态 Where the case is, who acts, what is next, the dates',
        tags: ['hall'],
        security: [{ caseToken: [] }],
        params: Type.Object({ caseNo: CaseNo }),
        headers: EtagHeaders,
        response: { 200: Type.Ref('StatusView'), 304: Type.Null() },
      },
      onRequest: requireCaseToken(caseTokens),
      validatorCompiler: () => () => true,
      childLoggerFactory: (logger) => logger,
    },
    (request, reply) => {
      const answer = statusCache.get(request.params.caseNo)
      const asked = request.headers['if-none-match']
      if (!(answer instanceof Promise)) return write(reply, answer, asked, https)
      answer.then(
        (loaded) => write(reply, loaded, asked, https),
        (error: unknown) => reply.send(error),
      )
    },
  )
}

/** private: the answer is one person's; no-cache: keep it, but ask each time. */
const COMMON = [
  ...['cache-control', 'private, no-cache'],
  ...['x-content-type-options', 'nosniff'],
  ...['referrer-policy', 'no-referrer'],
]
const HSTS = ['strict-transport-security', 'max-age=31536000']

function write(
  reply: FastifyReply,
  answer: StatusAnswer,
  asked: string | undefined,
  https: boolean,
): void {
  const headers = ['etag', answer.etag, ...COMMON, ...(https ? HSTS : [])]
  reply.hijack()
  if (asked !== undefined && matches(asked, answer.etag)) {
    reply.raw.writeHead(304, headers).end()
    return
  }
  const type = ['content-type', 'application/json; charset=utf-8']
  const length = ['content-length', String(answer.body.length)]
  reply.raw.writeHead(200, [...headers, ...type, ...length]).end(answer.body)
}

/** RFC 9110 §13.1.2: a list of tags, weak comparison. */
function matches(asked: string, etag: string): boolean {
  if (asked === etag || asked === '*') return true
  return asked.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
