import type { FastifyRequest } from 'fastify'

import { problem } from '../../contracts/problems.ts'
import type { DraftAccess } from '../../core/cases/drafts.ts'

/** The draft's token travels in a header, never in an address that a proxy writes down. */
export function draftToken(request: FastifyRequest): DraftAccess {
  const token = request.headers['x-draft-token']
  if (typeof token !== 'string' || token.length > 100) throw problem('DRAFT_NOT_FOUND')
  return { token }
}
