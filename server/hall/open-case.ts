import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { CaseAccess, CaseAccessGranted } from '../../contracts/hall.ts'
import type { CaseQuery } from '../../core/cases/query-case.ts'
import type { CaseTokens } from './case-token.ts'

/** Number + query code once, a short-lived token for everything after: the code itself stands in no other request. */
export const openCase: FastifyPluginAsyncTypebox<{
  caseQuery: CaseQuery
  caseTokens: CaseTokens
}> = async (app, { caseQuery, caseTokens }) => {
  app.post(
    '/case-access',
    {
      schema: {
        operationId: 'openCase',
        summary: '用办件编号和查询密码查询 Open a case by number and query code',
        tags: ['hall'],
        body: CaseAccess,
        response: { 200: CaseAccessGranted },
      },
    },
    async (request) => {
      const caseNo = await caseQuery.open({ ...request.body, address: request.ip })
      const { token, expiresAt } = await caseTokens.issue(caseNo)
      return { token, expiresAt: expiresAt.toISOString() }
    },
  )
}
