import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { CaseNo } from '../../contracts/hall.ts'
import type { StatusCache } from './status-cache.ts'
import { writeStatus } from './write-status.ts'

export interface GetStatusOptions {
  readonly statusCache: StatusCache
  readonly https: boolean
}

const EtagHeaders = Type.Object({
  'if-none-match': Type.Optional(Type.String({ maxLength: 1000 })),
})

/** The most asked question of the house. What is in memory is answered before it comes here (status-shortcut.ts). */
export const getStatus: FastifyPluginAsyncTypebox<GetStatusOptions> = async (
  app,
  { statusCache, https },
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
    async (request, reply) => {
      const answer = await statusCache.get(request.params.caseNo)
      reply.hijack()
      writeStatus(reply.raw, answer, request.headers['if-none-match'], https)
    },
  )
}
