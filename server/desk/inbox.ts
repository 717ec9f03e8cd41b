import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { ClaimResult } from '../../contracts/desk.ts'
import { InboxPage, InboxQuery } from '../../contracts/inbox.ts'
import type { Database } from '../../core/database/database.ts'
import { dayOf, type Clock } from '../../core/clock/clock.ts'
import type { Claims } from '../../core/inbox/claims.ts'
import { listInbox } from '../../core/inbox/inbox-list.ts'
import { staffOf } from '../session/staff-guard.ts'
import { TaskId } from './acts.ts'

export interface InboxOptions {
  readonly db: Database
  readonly clock: Clock
  readonly claims: Claims
}

const common = { tags: ['desk'], security: [{ staffSession: [] }] }
const params = Type.Object({ id: TaskId })

/** 待办: the tasks of the person's posts, from our projection and never from the engine. */
export const inboxRoutes: FastifyPluginAsyncTypebox<InboxOptions> = async (
  app,
  { db, clock, claims },
) => {
  app.get(
    '/inbox',
    {
      schema: {
        ...common,
        operationId: 'listInbox',
        summary: '待办 Tasks of my posts: search, filter, sort, page by cursor',
        querystring: InboxQuery,
        response: { 200: InboxPage },
      },
    },
    async (request) => {
      const { personId } = staffOf(request)
      return listInbox(db, { personId, day: dayOf(clock.now()), query: request.query })
    },
  )

  app.post(
    '/tasks/:id/claim',
    {
      schema: {
        ...common,
        operationId: 'claimTask',
        summary: '认领 Take a task; one winner',
        params,
        response: { 200: ClaimResult },
      },
    },
    async (request) => {
      const taskId = request.params.id
      await claims.claim({ personId: staffOf(request).personId, taskId })
      return { taskId, mine: true }
    },
  )

  app.post(
    '/tasks/:id/release',
    {
      schema: {
        ...common,
        operationId: 'releaseTask',
        summary: '释放 Give a task back',
        params,
        response: { 200: ClaimResult },
      },
    },
    async (request) => {
      const taskId = request.params.id
      await claims.release({ personId: staffOf(request).personId, taskId })
      return { taskId, mine: false }
    },
  )
}
