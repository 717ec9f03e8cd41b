import type { Knex } from 'knex'

interface Connection {
  query(statement: {
    readonly text: string
    readonly values: readonly unknown[]
  }): Promise<{ readonly rows: unknown[] }>
}

interface ConnectionSource {
  acquireConnection(): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void> | void
}

/**
 * One statement as it is written, `$1` for the first value, on a connection of the pool or of the transaction given.
 * For statements that run many times a case: knex's builder costs as much as PostgreSQL needs to answer them (measured:
 * half of the CPU of a short statement; docs/benchmarks.md). Everything else goes on using the builder.
 * @throws pg's own error; its `code` is the SQLSTATE
 */
export async function sql<Row extends object>(
  db: Knex,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const source = db.client as ConnectionSource
  const connection = await source.acquireConnection()
  try {
    return (await connection.query({ text, values })).rows as Row[]
  } finally {
    await source.releaseConnection(connection)
  }
}
