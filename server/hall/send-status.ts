import type { FastifyReply } from 'fastify'

import type { StatusCache } from './status-cache.ts'

/** After an act of ours: the notification may still be under way, so what is remembered is thrown away first. */
export async function sendStatus(
  reply: FastifyReply,
  statusCache: StatusCache,
  caseNo: string,
): Promise<FastifyReply> {
  statusCache.changed(caseNo)
  const { etag, body } = await statusCache.get(caseNo)
  return reply.header('etag', etag).type('application/json; charset=utf-8').send(body)
}
