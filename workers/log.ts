import { pino, type Logger } from 'pino'
import { REDACTED, REDACT_PATHS } from '../core/observability/redact-paths.ts'
import { serializeError } from '../core/observability/serialize-error.ts'

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** JSON lines on stdout; case numbers, topics and codes, never a person (redaction is the second fence). */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: { part: 'workers' },
    redact: { paths: [...REDACT_PATHS], censor: REDACTED },
    serializers: { err: (error: unknown) => serializeError(error) },
  })
}
