import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import type { Database } from '../../core/database/database.ts'
import { dayOf, type Clock } from '../../core/clock/clock.ts'
import { verifyByCode } from '../../core/documents/verify-document.ts'
import { addPageHeaders } from '../plugins/security-headers.ts'
import { unknownPage, verifiedPage } from './verify-page.ts'

export interface VerifyOptions {
  readonly db: Database
  readonly clock: Clock
  readonly https: boolean
}

const Html = { content: { 'text/html': { schema: Type.String() } } }

/** What the QR code of every paper leads to; open to whoever holds the paper. */
export const verifyRoutes: FastifyPluginAsyncTypebox<VerifyOptions> = async (
  app,
  { db, clock, https },
) => {
  await addPageHeaders(app, { https })
  app.get(
    '/verify/:code',
    {
      schema: {
        operationId: 'verifyDocument',
        summary: '文书核验 Is this paper ours? (page)',
        tags: ['public'],
        produces: ['text/html'],
        params: Type.Object({ code: Type.String({ maxLength: 60 }) }),
        response: { 200: Html, 404: Html },
      },
    },
    async (request, reply) => {
      const found = await verifyByCode(db, request.params.code, dayOf(clock.now()))
      return reply
        .code(found === undefined ? 404 : 200)
        .type('text/html; charset=utf-8')
        .serializer((text: unknown) => String(text))
        .send(found === undefined ? unknownPage() : verifiedPage(found))
    },
  )
}
