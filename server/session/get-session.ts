import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { SessionState } from '../../contracts/session.ts'
import type { Database } from '../../core/database/database.ts'
import { dayOf, type Clock } from '../../core/clock/clock.ts'
import { personRights } from '../../core/identity/rights.ts'
import type { Sessions } from '../../core/identity/sessions.ts'
import { findPerson } from '../../core/identity/staff.ts'
import { sessionCookieName } from './staff-guard.ts'

export interface GetSessionOptions {
  readonly db: Database
  readonly clock: Clock
  readonly sessions: Sessions
  readonly publicUrl: string
}

/** Who am I: 200 also when nobody is signed in, so that a page can ask without an error. */
export const getSession: FastifyPluginAsyncTypebox<GetSessionOptions> = async (app, options) => {
  const { db, clock, sessions, publicUrl } = options
  app.get(
    '',
    {
      schema: {
        operationId: 'getSession',
        summary: '我是谁 Who is signed in, with posts and the CSRF token',
        tags: ['session'],
        response: { 200: SessionState },
      },
    },
    async (request) => {
      const token = request.cookies[sessionCookieName(publicUrl)]
      const session = token === undefined ? undefined : await sessions.find(token)
      const person = session && (await findPerson(db, session.personId))
      if (!session || !person) return { signedIn: false }
      const rights = await personRights(db, person.id, dayOf(clock.now()))
      return {
        signedIn: true,
        person: { staffNo: person.staffNo, name: person.name },
        posts: [...rights.posts],
        designer: rights.designer,
        operator: rights.operator,
        csrfToken: session.csrfToken,
        expiresAt: session.expiresAt.toISOString(),
      }
    },
  )
}
