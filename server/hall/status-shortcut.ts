import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

import { bearerOf } from './case-guard.ts'
import type { CaseTokens } from './case-token.ts'
import type { StatusCache } from './status-cache.ts'
import { writeStatus } from './write-status.ts'

export interface StatusShortcutOptions {
  readonly statusCache: StatusCache
  readonly caseTokens: CaseTokens
  readonly https: boolean
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A kept-alive connection waits longer than a proxy in front keeps it (60 s), so that only the proxy closes idle ones. */
const KEEP_ALIVE_MS = 72_000
const REQUEST_MS = 120_000

const BEFORE = '/api/hall/cases/'
const AFTER = '/status'

/**
 * An HTTP server that answers one thing before the framework does: the poll of a case whose status is in memory, with a token
 * that was verified before and still runs. Request, reply, hooks and request id of the framework cost more than that whole
 * answer. Everything else, every refusal included, is for `handler`, where the same door stands with all its guards.
 */
export function createPollingServer(handler: Handler, options: StatusShortcutOptions): Server {
  const timeouts = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS }
  const server = createServer(timeouts, (request, response) => {
    // A server that closes has the framework say so.
    if (!server.listening || !answered(request, response, options)) handler(request, response)
  })
  return server
}

function answered(
  request: IncomingMessage,
  response: ServerResponse,
  { statusCache, caseTokens, https }: StatusShortcutOptions,
): boolean {
  const { method, url = '' } = request
  if (method !== 'GET' || !url.startsWith(BEFORE) || !url.endsWith(AFTER)) return false
  const caseNo = url.slice(BEFORE.length, -AFTER.length)
  const token = bearerOf(request.headers.authorization)
  if (token === undefined || caseTokens.known(token) !== caseNo) return false
  const answer = statusCache.remembered(caseNo)
  if (answer === undefined) return false
  writeStatus(response, answer, request.headers['if-none-match'], https)
  return true
}
