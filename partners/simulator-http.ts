import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FaultOrder, type Faults } from './faults.ts'

/** Partners speak form-urlencoded; the body becomes a record of strings, the last of a name wins. */
export function acceptForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
}

/**
 * Answers as a partner would: after the ordered delay, and, when a loss was ordered, by cutting the
 * connection although everything has been carried out.
 */
export async function answer(
  faults: Faults,
  request: FastifyRequest,
  reply: FastifyReply,
  body: unknown,
): Promise<FastifyReply> {
  const { delayMs } = faults.get()
  if (delayMs > 0) await pause(delayMs, undefined, { ref: false })
  if (faults.losesThisAnswer()) {
    reply.hijack()
    request.raw.socket.destroy()
    return reply
  }
  return reply.send(body)
}

/** GET shows and POST changes what goes wrong on this simulator. */
export function registerFaultRoutes(app: FastifyInstance, path: string, faults: Faults): void {
  app.get(path, async () => faults.get())
  app.post<{ Body: FaultOrder }>(path, { schema: { body: FaultOrder } }, async (request) => {
    faults.set(request.body)
    return faults.get()
  })
}
