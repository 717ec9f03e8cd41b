import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { DraftStarted, StartDraft } from '../../contracts/hall.ts'
import type { Drafts } from '../../core/cases/drafts.ts'

export const startDraft: FastifyPluginAsyncTypebox<{ drafts: Drafts }> = async (
  app,
  { drafts },
) => {
  app.post(
    '/drafts',
    {
      schema: {
        operationId: 'startDraft',
        summary: '开始申请 Begin an application',
        tags: ['hall'],
        body: StartDraft,
        response: { 201: DraftStarted },
      },
    },
    async (request, reply) => reply.code(201).send(await drafts.start(request.body)),
  )
}
