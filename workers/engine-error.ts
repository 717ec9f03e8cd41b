import { isMachineFault } from '../engine/gateway/machine-fault.ts'

/** How an answer of the engine about one external task is read (engine.md §2, scoreboard.md B2). */
export type TaskAnswer =
  /** the task is not there any more: completed by an earlier try whose answer was lost, or moved on */
  | 'gone'
  /** locked by another worker */
  | 'lost'
  /** lost a race, overloaded, without its database, or no answer at all: the same call again */
  | 'again'
  /** understood and refused, e.g. no outgoing flow matches */
  | 'refused'

interface EngineErrorFields {
  readonly httpStatusCode?: unknown
  readonly code?: unknown
  readonly type?: unknown
  readonly engineMsg?: unknown
}

/** Optimistic lock and deadlock: the engine rolled back (BuiltinExceptionCode of Camunda 7.24). */
const RACES: readonly unknown[] = [1, 10_000]
const BUSY: readonly unknown[] = [401, 403, 429, 502, 503, 504]

export function readTaskError(error: unknown): TaskAnswer {
  if (typeof error !== 'object' || error === null) return 'again'
  const { httpStatusCode, code, type, engineMsg } = error as EngineErrorFields
  if (typeof httpStatusCode !== 'number' || BUSY.includes(httpStatusCode)) return 'again'
  if (RACES.includes(code)) return 'again'
  if (httpStatusCode === 404) return 'gone'
  const message = typeof engineMsg === 'string' ? engineMsg : ''
  const name = typeof type === 'string' ? type : ''
  if (httpStatusCode >= 500 && isMachineFault({ type: name, message, code })) return 'again'
  if (/locked by worker|not locked|cannot be (completed|extended|unlocked)/i.test(message)) {
    return /by worker|locked/i.test(message) ? 'lost' : 'refused'
  }
  return typeof type === 'string' ? 'refused' : 'again'
}
