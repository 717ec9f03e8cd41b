import type { preHandlerAsyncHookHandler } from 'fastify'

import { problem } from '../../contracts/problems.ts'
import type { Database } from '../../core/database/database.ts'
import { dayOf, type Clock } from '../../core/clock/clock.ts'
import { personRights } from '../../core/identity/rights.ts'
import { staffOf } from './staff-guard.ts'

/** Rooms that belong to one kind of post; stands behind requireStaff. @throws NOT_YOUR_POST */
export function requirePost(
  deps: { readonly db: Database; readonly clock: Clock },
  right: 'designer' | 'operator',
): preHandlerAsyncHookHandler {
  return async (request) => {
    const { personId } = staffOf(request)
    const rights = await personRights(deps.db, personId, dayOf(deps.clock.now()))
    if (!rights[right]) throw problem('NOT_YOUR_POST')
  }
}
