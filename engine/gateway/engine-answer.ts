/** How the engine's REST answers are read: five ends a caller can act on, everything else is a fault. */
import { EngineFault } from './engine-fault.ts'
import { isMachineFault } from './machine-fault.ts'

/** The engine understood and says no; a repeat gives the same answer until something is changed. */
export interface EngineRefusal {
  readonly kind: 'refused'
  readonly status: number
  /** the engine's exception type, e.g. `ParseException` */
  readonly type: string
  /** the engine's words; shown to designers and operators */
  readonly message: string
}

export type EngineResult<T = undefined> =
  | { readonly kind: 'ok'; readonly value: T }
  /** not there (any more): task completed, instance ended, no token waits for the message */
  | { readonly kind: 'gone' }
  /** a case with this business key was started before */
  | { readonly kind: 'duplicate' }
  /** lost a race inside the engine (optimistic lock, deadlock) or it is overloaded or without its database; nothing was changed */
  | { readonly kind: 'retry'; readonly reason: string }
  | EngineRefusal

export interface RawAnswer {
  readonly status: number
  readonly body: unknown
}

/** BuiltinExceptionCode of Camunda 7.24: the engine rolled back and the same call may succeed (engine.md §2). */
const RETRY_CODES: Readonly<Record<number, string>> = { 1: 'optimistic lock', 10_000: 'deadlock' }
const BUSY = new Set([429, 502, 503, 504])
/** Our token or the host's allow-list is wrong: an operator must act, the command must not be given up. */
const CLOSED_DOOR = new Set([401, 403])

interface EngineException {
  readonly type?: unknown
  readonly message?: unknown
  readonly code?: unknown
}

/** @throws EngineFault for closed doors and for answers that are no engine answer at all */
export function readAnswer(what: string, answer: RawAnswer): EngineResult<unknown> {
  const { status, body } = answer
  if (status >= 200 && status < 300) return { kind: 'ok', value: body }
  const { type, message, code } = exceptionOf(body)
  if (CLOSED_DOOR.has(status))
    throw new EngineFault(`${what} is not allowed (${status})`, { status })
  if (BUSY.has(status)) return { kind: 'retry', reason: `HTTP ${status}` }
  const race = typeof code === 'number' ? RETRY_CODES[code] : undefined
  if (race !== undefined) return { kind: 'retry', reason: race }
  if (status >= 500 && isMachineFault({ type, message, code }))
    return { kind: 'retry', reason: type }
  if (status === 404) return { kind: 'gone' }
  if (status === 409 && type === 'DuplicateStart') return { kind: 'duplicate' }
  if (type === '') throw new EngineFault(`${what} got an unknown answer (${status})`, { status })
  return { kind: 'refused', status, type, message }
}

function exceptionOf(body: unknown): { type: string; message: string; code: unknown } {
  const { type, message, code } = (
    typeof body === 'object' && body !== null ? body : {}
  ) as EngineException
  return {
    type: typeof type === 'string' ? type : '',
    message: typeof message === 'string' ? message : '',
    code,
  }
}
