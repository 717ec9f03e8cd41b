import { FormData, Pool } from 'undici'
import type { RawAnswer } from './engine-answer.ts'
import { EngineFault } from './engine-fault.ts'

export interface EngineHttpOptions {
  /** `http://host:port/engine-rest` */
  readonly baseUrl: string
  readonly token: string
  /** Everything together; the engine does one short transaction per call. */
  readonly timeoutMs?: number
  readonly connections?: number
}

const MAX_ANSWER_BYTES = 4_194_304

/** JSON over few kept connections, every wait bounded, no redirects, no repeats: the caller knows what is harmless. */
export function createEngineHttp(options: EngineHttpOptions) {
  const { token, timeoutMs = 15_000, connections = 8 } = options
  const url = new URL(options.baseUrl)
  const prefix = url.pathname.replace(/\/$/, '')
  const pool = new Pool(url.origin, {
    connections,
    pipelining: 1,
    connect: { timeout: 3_000 },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // Below the host's 75 s, so that we never write into a connection it is just closing.
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 60_000,
  })
  const authorization = `Bearer ${token}`

  async function send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object | FormData,
  ): Promise<RawAnswer> {
    const json = body === undefined || body instanceof FormData ? undefined : JSON.stringify(body)
    try {
      const answer = await pool.request({
        method,
        path: `${prefix}${path}`,
        headers: {
          authorization,
          accept: 'application/json',
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: json ?? (body instanceof FormData ? body : null),
      })
      const length = Number(answer.headers['content-length'] ?? 0)
      if (length > MAX_ANSWER_BYTES) {
        answer.body.destroy()
        throw new EngineFault(`${method} ${path} answered ${length} bytes`)
      }
      return { status: answer.statusCode, body: parse(await answer.body.text()) }
    } catch (cause) {
      if (cause instanceof EngineFault) throw cause
      throw new EngineFault(`${method} ${path} got no usable answer`, { cause })
    }
  }

  return {
    send,
    /** after what is under way */
    close: () => pool.close(),
    /** at once; what is under way fails */
    destroy: () => pool.destroy(),
  }
}

export type EngineHttp = ReturnType<typeof createEngineHttp>

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
