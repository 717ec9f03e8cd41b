import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'

import { problem } from '../../contracts/problems.ts'

/** Optional in the schema so that its absence gets a problem of its own, with the remedy. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      maxLength: 100,
      description: 'required: one unique value for each submission, the same on every retry',
    }),
  ),
})

/** @throws IDEMPOTENCY_KEY_REQUIRED */
export function idempotencyKey(request: FastifyRequest): string {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || !/^[\x21-\x7e]{8,100}$/.test(key))
    throw problem('IDEMPOTENCY_KEY_REQUIRED', { detail: '8-100 visible ASCII characters' })
  return key
}
