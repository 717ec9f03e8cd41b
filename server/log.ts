import { pino, type DestinationStream, type Logger } from 'pino'

import { REDACT_PATHS, REDACTED } from '../core/observability/redact-paths.ts'
import { serializeError } from '../core/observability/serialize-error.ts'

/** JSON lines; route patterns, case numbers and codes, never a person (redaction is the second fence). */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { part: 'server' },
    redact: { paths: [...REDACT_PATHS], censor: REDACTED },
    // Fastify logs `req` and `res` on its own faults: the route, never the address, headers or body.
    serializers: {
      err: (error: unknown) => serializeError(error),
      req: (request: { id?: string; method?: string; routeOptions?: { url?: string } }) => ({
        id: request.id,
        method: request.method,
        route: request.routeOptions?.url,
      }),
      res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
    },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
