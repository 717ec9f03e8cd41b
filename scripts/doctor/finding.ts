/** One line of the doctor's table. */
export interface Finding {
  /** Stable name of what was looked at. */
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly zh: string
  readonly en: string
  /** What to do; present unless all is well. */
  readonly remedyZh?: string
  readonly remedyEn?: string
}

export type Environment = Readonly<Record<string, string | undefined>>

export function ok(check: string, zh: string, en: string): Finding {
  return { check, status: 'ok', zh, en }
}

export function warn(
  check: string,
  [zh, en]: readonly [string, string],
  [remedyZh, remedyEn]: readonly [string, string],
): Finding {
  return { check, status: 'warn', zh, en, remedyZh, remedyEn }
}

export function fail(
  check: string,
  [zh, en]: readonly [string, string],
  [remedyZh, remedyEn]: readonly [string, string],
): Finding {
  return { check, status: 'fail', zh, en, remedyZh, remedyEn }
}

/** The machine's own words, one line, without anything a connection string may hold. */
export function wordsOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const first = inner instanceof AggregateError ? (inner.errors[0] as unknown) : inner
  const text = first instanceof Error ? first.message || first.name : String(first)
  return (
    text
      .split('\n')[0]
      ?.replace(/\/\/[^@/\s]+@/g, '//…@')
      .slice(0, 160) ?? ''
  )
}
