/** What a log may say of an error. PostgreSQL's `detail` and `where` quote the row, that is personal data: left out. */
export interface LoggedError {
  readonly type: string
  readonly message: string
  readonly stack: string
  readonly code?: string
  readonly constraint?: string
  readonly table?: string
  readonly cause?: LoggedError
}

/** pino `serializers.err`; bounded depth, never throws. */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'a non-error was thrown', stack: '' }
  const { cause } = error
  return {
    type: error.name,
    message: error.message,
    stack: error.stack ?? '',
    ...textField(error, 'code'),
    ...textField(error, 'constraint'),
    ...textField(error, 'table'),
    ...(cause !== undefined && depth < 4 ? { cause: serializeError(cause, depth + 1) } : {}),
  }
}

function textField(error: Error, name: 'code' | 'constraint' | 'table'): Record<string, string> {
  const value = (error as unknown as Record<string, unknown>)[name]
  return typeof value === 'string' ? { [name]: value } : {}
}
