/** Completes external tasks many to a request; what camunda-external-task-client-js would do one by one over `got`. */
import type { Scalar } from '../contracts/variables.ts'
import { bulkDoor } from '../engine/gateway/bulk-door.ts'
import type { RawAnswer } from '../engine/gateway/engine-answer.ts'
import { createEngineHttp } from '../engine/gateway/engine-http.ts'

export interface BulkCompletionOptions {
  /** `http://host:port/engine-rest` */
  readonly engineUrl: string
  readonly token: string
  readonly workerId: string
}

type Variables = Readonly<Record<string, Scalar>>

/** The engine said no to one task; read by readTaskError like the client's own error. */
export class CompletionError extends Error {
  readonly httpStatusCode: number
  readonly type: unknown
  readonly code: unknown
  readonly engineMsg: unknown

  constructor({ status, body }: RawAnswer) {
    super(`completion answered ${status}`)
    this.name = 'CompletionError'
    this.httpStatusCode = status
    const { type, code, message } = (body ?? {}) as {
      readonly type?: unknown
      readonly code?: unknown
      readonly message?: unknown
    }
    this.type = type
    this.code = code
    this.engineMsg = message
  }
}

const CALL_MS = 10_000

export function createBulkCompletion({ engineUrl, token, workerId }: BulkCompletionOptions) {
  // One request at a time: the next completions gather meanwhile.
  const http = createEngineHttp({ baseUrl: engineUrl, token, connections: 1, timeoutMs: CALL_MS })
  const ask = bulkDoor<{ readonly id: string; readonly variables: Variables }>({
    http,
    path: '/bulk/external-task/complete',
    envelope: (tasks) => ({ workerId, tasks }),
  })

  return {
    /** @throws CompletionError when the engine refuses it, EngineFault when nobody knows whether it was done */
    async complete(taskId: string, variables: Variables): Promise<void> {
      const answer = await ask({ id: taskId, variables })
      if (answer.status >= 300) throw new CompletionError(answer)
    },
    /** What is on its way is given up: its tasks are left to their locks. */
    close: () => http.destroy(),
  }
}
