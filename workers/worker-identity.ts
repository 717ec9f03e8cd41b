/**
 * Who a worker is to the engine. Two processes with one id are not fenced from each other at all (engine.md §0.3), so a
 * chosen id is held by an advisory lock for the life of the process, and a second holder is refused at start.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import pg from 'pg'

export interface WorkerIdentity {
  readonly workerId: string
  release(): Promise<void>
}

export class WorkerIdTaken extends Error {
  constructor(workerId: string) {
    super(`another living worker has WORKER_ID=${workerId}; give each its own, or leave it empty`)
    this.name = 'WorkerIdTaken'
  }
}

/** Unique by construction: a restarted process is a new worker, and its old locks are not its own. */
export function ownWorkerId(): string {
  return `${hostname()}:${process.pid}:${randomUUID()}`
}

const RETRY_MS = 1_000

/**
 * @param onTaken called when the lock was lost with its connection and another took the id: stop at once
 * @throws WorkerIdTaken
 */
export async function claimWorkerId(options: {
  readonly databaseUrl: string
  readonly workerId: string
  readonly onTaken: () => void
}): Promise<WorkerIdentity> {
  const { databaseUrl, workerId, onTaken } = options
  let released = false
  let retry: NodeJS.Timeout | undefined
  let client = await hold()

  async function hold(): Promise<pg.Client> {
    const next = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'worker identity',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    })
    let lost = false
    next.on('error', () => {
      if (!lost) scheduleRetry()
      lost = true
    })
    try {
      await next.connect()
      const { rows } = await next.query<{ held: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as held',
        [`yichuang worker ${workerId}`],
      )
      if (rows[0]?.held !== true) throw new WorkerIdTaken(workerId)
      return next
    } catch (error) {
      lost = true
      await next.end().catch(() => undefined)
      throw error
    }
  }

  function scheduleRetry(): void {
    if (released) return
    retry = setTimeout(() => {
      hold().then(
        (next) => {
          client = next
          if (released) void next.end()
        },
        (error: unknown) => (error instanceof WorkerIdTaken ? onTaken() : scheduleRetry()),
      )
    }, RETRY_MS)
  }

  return {
    workerId,
    async release() {
      released = true
      clearTimeout(retry)
      await client.end().catch(() => undefined)
    },
  }
}
