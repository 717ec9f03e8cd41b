/** What the server said, as the screens tell it apart. */
export interface ProblemField {
  readonly field: string
  readonly code: string
  readonly zh: string
  readonly en: string
}

export interface ServerProblem {
  readonly status: number
  readonly code: string
  readonly zh: { readonly title: string; readonly remedy: string }
  readonly en: { readonly title: string; readonly remedy: string }
  readonly instance: string
  readonly fields: readonly ProblemField[]
}

export type Answer<T> =
  | { readonly kind: 'ok'; readonly data: T; readonly status: number }
  | { readonly kind: 'problem'; readonly problem: ServerProblem }
  /** nothing came back: whether an act was done is not known */
  | { readonly kind: 'unreachable' }

/** The part of openapi-fetch's result we read. */
interface FetchResult<T> {
  readonly data?: T | undefined
  readonly error?: unknown
  readonly response: Response
}

export async function answerOf<T>(asked: Promise<FetchResult<T>>): Promise<Answer<T>> {
  let result: FetchResult<T>
  try {
    result = await asked
  } catch {
    return { kind: 'unreachable' }
  }
  const { response } = result
  if (response.ok) return { kind: 'ok', data: result.data as T, status: response.status }
  return { kind: 'problem', problem: toProblem(response.status, result.error) }
}

function toProblem(status: number, body: unknown): ServerProblem {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Partial<ServerProblem>
  // A proxy in front may answer in its own words.
  const words = { title: `HTTP ${status}`, remedy: '' }
  return {
    status,
    code: given.code ?? 'UNKNOWN',
    zh: given.zh ?? words,
    en: given.en ?? words,
    instance: given.instance ?? '',
    fields: given.fields ?? [],
  }
}
