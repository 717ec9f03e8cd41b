import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { ActResult, HandOverBody, InspectBody, StatementBody } from '../../contracts/acts.ts'
import { AcceptRequest, DecideRequest, ReviewRequest } from '../../contracts/desk.ts'
import { CaseNo } from '../../contracts/hall.ts'
import type { Decisions } from '../../core/decisions/decisions.ts'
import { staffOf } from '../session/staff-guard.ts'

const common = {
  tags: ['desk'],
  security: [{ staffSession: [] }],
  response: { 200: ActResult },
}
export const TaskId = Type.String({ pattern: '^[A-Za-z0-9_:.-]{1,128}$' })
const params = Type.Object({ id: TaskId })

/** 办理: one door for each act; the law stands behind it, in core/decisions. */
export const actRoutes: FastifyPluginAsyncTypebox<{ decisions: Decisions }> = async (
  app,
  { decisions },
) => {
  app.post(
    '/tasks/:id/accept',
    {
      schema: {
        ...common,
        operationId: 'acceptTask',
        summary: '受理 The five legal outcomes of acceptance',
        params,
        body: AcceptRequest,
      },
    },
    async (request) => {
      const { personId } = staffOf(request)
      return decisions.accept({ personId, taskId: request.params.id }, request.body)
    },
  )

  app.post(
    '/tasks/:id/inspect',
    {
      schema: {
        ...common,
        operationId: 'inspectTask',
        summary: '现场核查 Record an on-site check by two officers',
        params,
        body: InspectBody,
      },
    },
    async (request) => {
      const { personId } = staffOf(request)
      return decisions.inspect({ personId, taskId: request.params.id }, request.body)
    },
  )

  app.post(
    '/tasks/:id/review',
    {
      schema: {
        ...common,
        operationId: 'reviewTask',
        summary: '审查意见 The examiner’s opinion',
        params,
        body: ReviewRequest,
      },
    },
    async (request) => {
      const { personId } = staffOf(request)
      return decisions.review({ personId, taskId: request.params.id }, request.body)
    },
  )

  app.post(
    '/tasks/:id/decide',
    {
      schema: {
        ...common,
        operationId: 'decideTask',
        summary: '决定 Grant or refuse; a refusal passes the gate (a)-(g)',
        params,
        body: DecideRequest,
      },
    },
    async (request) => {
      const { personId } = staffOf(request)
      return decisions.decide({ personId, taskId: request.params.id }, request.body)
    },
  )

  app.post(
    '/tasks/:id/hand-over',
    {
      schema: {
        ...common,
        operationId: 'handOverTask',
        summary: '窗口领取 The result was handed over at the window',
        params,
        body: HandOverBody,
      },
    },
    async (request) => {
      const { personId } = staffOf(request)
      return decisions.handOver({ personId, taskId: request.params.id }, request.body)
    },
  )

  app.post(
    '/cases/:caseNo/statements',
    {
      schema: {
        ...common,
        operationId: 'recordStatement',
        summary: '听取陈述申辩 The applicant was heard or invited to state',
        params: Type.Object({ caseNo: CaseNo }),
        body: StatementBody,
      },
    },
    async (request) => {
      const { personId } = staffOf(request)
      return decisions.stateHeard({ personId, caseNo: request.params.caseNo }, request.body)
    },
  )
}
