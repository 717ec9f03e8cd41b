import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { CaseNo, WithdrawCase } from '../../contracts/hall.ts'
import type { Withdraw } from '../../core/cases/withdraw.ts'
import { idempotencyKey, IdempotencyHeaders } from '../plugins/idempotency-key.ts'
import { sendStatus } from './send-status.ts'
import type { StatusCache } from './status-cache.ts'

export const withdrawCase: FastifyPluginAsyncTypebox<{
  withdraw: Withdraw
  statusCache: StatusCache
}> = async (app, { withdraw, statusCache }) => {
  app.post(
    '/cases/:caseNo/withdraw',
    {
      schema: {
        operationId: 'withdrawCase',
        summary: '撤回申请 Take the application back before it is decided; answers the new status',
        tags: ['hall'],
        security: [{ caseToken: [] }],
        params: Type.Object({ caseNo: CaseNo }),
        headers: IdempotencyHeaders,
        body: WithdrawCase,
        response: { 200: Type.Ref('StatusView') },
      },
    },
    async (request, reply) => {
      const { caseNo } = request.params
      await withdraw.withdraw(caseNo, request.body.reason, idempotencyKey(request))
      return sendStatus(reply, statusCache, caseNo)
    },
  )
}
