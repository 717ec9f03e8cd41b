import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { CaseNo } from '../../contracts/hall.ts'
import { problem } from '../../contracts/problems.ts'
import type { Clock } from '../../core/clock/clock.ts'
import type { StatusCache } from './status-cache.ts'

const HEARTBEAT_MS = 25_000
const SETTLING_MS = 1_000
const MAX_UNREAD_BYTES = 256 * 1024

export interface StatusStreamOptions {
  readonly statusCache: StatusCache
  readonly clock: Clock
  /** streams open at once in this process */
  readonly maxStreams: number
  readonly heartbeatMs?: number
}

/**
 * Server-sent events: the whole status on each change, its revision as the event id. Read with fetch (the bearer token is a
 * header; EventSource would want it in the address). Fed by the same notifications as the cache, no polling. It ends with the token it was opened with; the reader
 * comes back with a fresh one and Last-Event-ID.
 */
export const statusStream: FastifyPluginAsyncTypebox<StatusStreamOptions> = async (
  app,
  { statusCache, clock, maxStreams, heartbeatMs = HEARTBEAT_MS },
) => {
  const open = new Set<() => void>()
  // A server that is asked to stop must not wait for readers who never leave.
  app.addHook('preClose', async () => {
    for (const end of open) end()
  })

  app.get(
    '/cases/:caseNo/events',
    {
      schema: {
        operationId: 'streamCaseStatus',
        summary: '状态推送 Status as server-sent events (event: status)',
        tags: ['hall'],
        security: [{ caseToken: [] }],
        produces: ['text/event-stream'],
        params: Type.Object({ caseNo: CaseNo }),
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 40 })) }),
        response: { 200: { content: { 'text/event-stream': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      if (open.size >= maxStreams) throw problem('TOO_MANY_REQUESTS')
      const { caseNo } = request.params
      const first = await statusCache.get(caseNo)
      let sent = request.headers['last-event-id'] ?? ''
      let sentEtag = ''
      let busy = false
      let again = false
      let recheck: NodeJS.Timeout | undefined

      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      const write = (revision: string, etag: string, body: Buffer) => {
        if (etag === sentEtag || (sentEtag === '' && revision === sent)) {
          sentEtag = etag
          return
        }
        sent = revision
        sentEtag = etag
        // A reader who does not read may not fill our memory; it comes back with Last-Event-ID.
        if (raw.writableLength > MAX_UNREAD_BYTES) return end()
        raw.write(`id: ${revision}\nevent: status\ndata: ${body.toString()}\n\n`)
      }

      const push = async (): Promise<void> => {
        if (busy) {
          again = true
          return
        }
        busy = true
        try {
          do {
            again = false
            const answer = await statusCache.get(caseNo)
            if (raw.destroyed || raw.writableEnded) return
            write(answer.revision, answer.etag, answer.body)
            clearTimeout(recheck)
            if (answer.settling) recheck = setTimeout(() => void push(), SETTLING_MS)
          } while (again)
        } catch (error) {
          request.log.warn({ err: error }, 'a status stream ended')
          end()
        } finally {
          busy = false
        }
      }

      const stopWatching = statusCache.watch(caseNo, () => void push())
      const heartbeat = setInterval(() => raw.write(': keep-alive\n\n'), heartbeatMs)
      const accessEnds = setTimeout(() => end(), request.caseAccessEndsAt - clock.now().getTime())
      const end = () => {
        stopWatching()
        clearTimeout(accessEnds)
        clearInterval(heartbeat)
        clearTimeout(recheck)
        open.delete(end)
        raw.end()
      }
      open.add(end)
      raw.on('close', end)
      raw.on('error', end)
      raw.write('retry: 2000\n\n')
      write(first.revision, first.etag, first.body)
      // The case may have changed between the first look and the watch.
      void push()
    },
  )
}
