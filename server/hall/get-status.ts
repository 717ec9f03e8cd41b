import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'

import { CaseNo } from '../../contracts/hall.ts'
import type { StatusAnswer, StatusCache } from './status-cache.ts'

const EtagHeaders = Type.Object({
  'if-none-match': Type.Optional(Type.String({ maxLength: 1000 })),
})

/** The most asked question of the house: answered from memory, 304 without a body when nothing changed. */
export const getStatus: FastifyPluginAsyncTypebox<{ statusCache: StatusCache }> = async (
  app,
  { statusCache },
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
    },
    (request, reply) => {
      const answer = statusCache.get(request.params.caseNo)
      const asked = request.headers['if-none-match']
      if (!(answer instanceof Promise)) return void send(reply, answer, asked)
      answer.then(
        (loaded) => send(reply, loaded, asked),
        (error: unknown) => reply.send(error),
      )
    },
  )
}

function send(reply: FastifyReply, answer: StatusAnswer, asked: string | undefined): void {
  // private: the answer is one person's; no-cache: keep it, but ask each time.
  const tagged = reply.header('etag', answer.etag).header('cache-control', 'private, no-cache')
  if (asked !== undefined && matches(asked, answer.etag)) {
    void tagged.code(304).send()
    return
  }
  void tagged.type('application/json; charset=utf-8').send(answer.body)
}

/** RFC 9110 §13.1.2: a list of tags, weak comparison. */
function matches(asked: string, etag: string): boolean {
  if (asked === etag || asked === '*') return true
  return asked.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
