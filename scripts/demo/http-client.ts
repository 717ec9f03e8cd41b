/** A person's browser without the browser: cookies, redirects, JSON, problems. Used by the demo, the benchmarks and the fault tests. */
import { request, type Dispatcher } from 'undici'

export interface Answer {
  readonly status: number
  readonly headers: Dispatcher.ResponseData['headers']
  readonly text: string
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Record<string, string>
  readonly json?: unknown
  readonly form?: Record<string, string>
  readonly body?: string | Uint8Array
}

/** The answer of a request that should have worked; `code` is the problem's stable code. */
export class HttpProblem extends Error {
  readonly status: number
  readonly code: string
  readonly body: unknown

  constructor(what: string, answer: Answer) {
    const body = parse(answer.text)
    const { code = 'NO_PROBLEM_BODY', fields } = (
      typeof body === 'object' && body !== null ? body : {}
    ) as {
      code?: string
      fields?: unknown
    }
    super(
      `${what}: ${answer.status} ${code}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`,
    )
    this.name = 'HttpProblem'
    this.status = answer.status
    this.code = code
    this.body = body
  }
}

const MAX_REDIRECTS = 10

export function createHttpClient({ base, dispatcher }: { base: string; dispatcher?: Dispatcher }) {
  const cookies = new Map<string, string>()

  /** One request; redirects are not followed. */
  async function send(path: string, ask: Ask = {}): Promise<Answer> {
    const url = new URL(path, base)
    const headers: Record<string, string> = { 'accept-language': 'zh-CN', ...ask.headers }
    if (cookies.size > 0) headers['cookie'] = [...cookies].map(([k, v]) => `${k}=${v}`).join('; ')
    let body = ask.body
    if (ask.json !== undefined) {
      headers['content-type'] = 'application/json'
      body = JSON.stringify(ask.json)
    } else if (ask.form !== undefined) {
      headers['content-type'] = 'application/x-www-form-urlencoded'
      body = new URLSearchParams(ask.form).toString()
    }
    const response = await request(url, {
      method: ask.method ?? 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
      ...(dispatcher === undefined ? {} : { dispatcher }),
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
    })
    keepCookies(response.headers['set-cookie'])
    return {
      status: response.statusCode,
      headers: response.headers,
      text: await response.body.text(),
    }
  }

  function keepCookies(header: string | string[] | undefined): void {
    for (const cookie of header === undefined ? [] : [header].flat()) {
      const [pair = '', ...attributes] = cookie.split(';')
      const at = pair.indexOf('=')
      const name = pair.slice(0, at).trim()
      const value = pair.slice(at + 1)
      const gone =
        value === '' || attributes.some((a) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(a))
      if (gone) cookies.delete(name)
      else cookies.set(name, value)
    }
  }

  /** Follows redirects as a browser does. @returns the last answer and its address */
  async function browse(path: string, ask: Ask = {}): Promise<{ answer: Answer; url: URL }> {
    let url = new URL(path, base)
    let answer = await send(url.href, ask)
    for (
      let hop = 0;
      hop < MAX_REDIRECTS && answer.status >= 300 && answer.status < 400;
      hop += 1
    ) {
      url = new URL(String(answer.headers['location']), url)
      answer = await send(url.href)
    }
    return { answer, url }
  }

  /** A JSON request that must succeed. @throws HttpProblem */
  async function json<T>(path: string, ask: Ask = {}): Promise<T> {
    const answer = await send(path, ask)
    if (answer.status >= 400) throw new HttpProblem(`${ask.method ?? 'GET'} ${path}`, answer)
    return parse(answer.text) as T
  }

  return { send, browse, json }
}

export type HttpClient = ReturnType<typeof createHttpClient>

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
