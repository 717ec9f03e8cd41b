import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'

import { problem } from '../../contracts/problems.ts'

export async function addRateLimit(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    cache: 20_000,
    errorResponseBuilder: () => problem('TOO_MANY_REQUESTS'),
  })
}

/**
 * One budget a minute for each address over all writing doors of a room; reads are not counted (status polls are answered
 * from memory). `perMinute` 0 switches it off, for load tests.
 */
export function limitWrites(app: FastifyInstance, perMinute: number): void {
  if (perMinute === 0) return
  const count = app.rateLimit({ max: perMinute, timeWindow: 60_000 })
  app.addHook('onRequest', async function limit(request, reply) {
    if (request.method === 'GET' || request.method === 'HEAD') return
    await count.call(this, request, reply)
  })
}
