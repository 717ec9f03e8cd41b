import { Agent, request } from 'undici'
import { PartnerFault } from './partner-fault.ts'

export interface HttpLimits {
  /** Everything together, from the first packet to the last byte of the answer. */
  totalMs: number
  connectMs: number
  /** A partner's answer is small; more than this is refused, not read (OWASP API10:2023). */
  maxBytes: number
}

export const defaultHttpLimits: HttpLimits = {
  totalMs: 10_000,
  connectMs: 3_000,
  maxBytes: 1_048_576,
}

export interface HttpAnswer {
  status: number
  text: string
}

export type HttpClient = ReturnType<typeof createHttpClient>

/**
 * POSTs to one partner with a bounded time and a bounded answer; redirects are not followed.
 * Throws PartnerFault. A POST is never repeated here: only the caller knows whether that is harmless.
 */
export function createHttpClient(partner: string, limits: HttpLimits = defaultHttpLimits) {
  const agent = new Agent({
    connect: { timeout: limits.connectMs },
    headersTimeout: limits.totalMs,
    bodyTimeout: limits.totalMs,
    maxResponseSize: limits.maxBytes,
    connections: 16,
    pipelining: 1,
  })

  async function post(url: string, contentType: string, body: string): Promise<HttpAnswer> {
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': contentType, accept: 'application/json' },
        body,
        signal: AbortSignal.timeout(limits.totalMs),
      })
      return { status: answer.statusCode, text: await answer.body.text() }
    } catch (cause) {
      throw new PartnerFault(partner, 'no usable answer', {
        maybeDone: !neverLeft(cause),
        cause,
      })
    }
  }

  return {
    postForm: (url: string, fields: Record<string, string>) =>
      post(
        url,
        'application/x-www-form-urlencoded; charset=UTF-8',
        new URLSearchParams(fields).toString(),
      ),
    postJson: (url: string, value: unknown) =>
      post(url, 'application/json; charset=UTF-8', JSON.stringify(value)),
    close: () => agent.close(),
  }
}

/** No connection, so no request: the one case in which the partner certainly did nothing. */
function neverLeft(cause: unknown): boolean {
  const code = (cause as { code?: unknown } | null)?.code
  return (
    code === 'ECONNREFUSED' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'EHOSTUNREACH' ||
    code === 'UND_ERR_CONNECT_TIMEOUT'
  )
}
