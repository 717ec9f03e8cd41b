/** What camunda-external-task-client-js leaves open towards HTTP: auth, time limits, keep-alive, back-off (engine.md §3). */
import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import type { RequestConfig } from 'camunda-external-task-client-js'

export interface EngineTransportOptions {
  readonly token: string
  readonly connections: number
  /** how long the engine keeps a fetch open when there is nothing to do */
  readonly asyncResponseTimeoutMs: number
}

const CALL_MS = 10_000
/** After this the answer of a long poll is not late but lost (a half-open connection, platform #3385). */
const FETCH_GRACE_MS = 5_000
const FIRST_PAUSE_MS = 100
const LAST_PAUSE_MS = 10_000
/** A fetch that brought several tasks will soon be followed by more: together they cost one fetch. A lone task waits not. */
const FLOW_PAUSE_MS = 25

export function createEngineTransport(options: EngineTransportOptions) {
  const { token, connections, asyncResponseTimeoutMs } = options
  // One more than the handlers use: the long poll always sits on one.
  const pool = { keepAlive: true, maxSockets: connections + 1, scheduling: 'lifo' } as const
  const agent = { http: new Agent(pool), https: new SecureAgent(pool) }
  const closing = new AbortController()
  let failures = 0
  let fetching = false
  let flowing = false

  /** Exponential with full jitter, so that workers do not come back all at once. */
  async function pause(): Promise<void> {
    if (failures > 0) {
      const most = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)
      await sleep(most * (0.5 + Math.random() / 2), closing.signal)
    } else if (flowing) {
      await sleep(FLOW_PAUSE_MS, closing.signal)
    }
    if (closing.signal.aborted) throw new Error('the worker is stopping')
  }

  function intercept(config: RequestConfig): RequestConfig {
    const isFetch = config.json?.['topics'] !== undefined
    if (isFetch) fetching = true
    const request = isFetch ? asyncResponseTimeoutMs + FETCH_GRACE_MS : CALL_MS
    return {
      ...config,
      agent,
      retry: { limit: 0 },
      followRedirect: false,
      decompress: false,
      headers: { authorization: `Bearer ${token}` },
      timeout: { connect: 3_000, request },
      hooks: {
        beforeRequest: isFetch ? [pause] : [],
        // The client parses exactly `application/json`; a proxy's charset would make bytes of the tasks.
        afterResponse: [plainContentType],
      },
    }
  }

  return {
    intercept,
    /** the client's answer to a fetch: so many tasks */
    fetched(tasks: number): void {
      fetching = false
      failures = 0
      flowing = tasks > 1
    },
    /** the client's other answer to a fetch: an error */
    fetchFailed(): void {
      fetching = false
      failures = Math.min(failures + 1, 20)
    },
    isFetching: () => fetching,
    /** No fetch begins any more; one that waits out a back-off gives up. Calls about tasks go on. */
    stopFetching: () => closing.abort(),
    close(): void {
      agent.http.destroy()
      agent.https.destroy()
    },
  }
}

function plainContentType<T extends { headers: Record<string, string | string[] | undefined> }>(
  response: T,
): T {
  const type = response.headers['content-type']
  if (typeof type === 'string' && /^application\/json\s*;/i.test(type)) {
    response.headers['content-type'] = 'application/json'
  }
  return response
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
