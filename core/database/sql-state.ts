/** The five-character SQLSTATE of an error raised by PostgreSQL, undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  return field(error, 'code')
}

/**
 * Whether the error is the refusal of this very constraint or unique index. The name is demanded
 * because "some unique index complained" must never be read as "this was filed already".
 */
export function violates(error: unknown, constraint: string): boolean {
  return field(error, 'constraint') === constraint
}

function field(error: unknown, name: 'code' | 'constraint'): string | undefined {
  if (typeof error !== 'object' || error === null || !(name in error)) return undefined
  const value: unknown = (error as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : undefined
}
