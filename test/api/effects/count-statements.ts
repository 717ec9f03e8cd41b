import type { Knex } from 'knex'

interface Connection {
  query: (...args: unknown[]) => unknown
}

/** The texts of all statements sent while `work` runs, those of `sql` (core/database/sql.ts) as well as of the builder. */
export async function countStatements(db: Knex, work: () => Promise<unknown>): Promise<string[]> {
  const client = db.client as { acquireConnection: () => Promise<Connection> }
  const acquire = client.acquireConnection.bind(client)
  const texts: string[] = []
  const watched = new Map<Connection, Connection['query']>()
  client.acquireConnection = async () => {
    const connection = await acquire()
    if (!watched.has(connection)) {
      const query = connection.query
      watched.set(connection, query)
      connection.query = (...args) => {
        const [first] = args
        texts.push(typeof first === 'string' ? first : (first as { text: string }).text)
        return query.apply(connection, args)
      }
    }
    return connection
  }
  try {
    await work()
    return texts
  } finally {
    client.acquireConnection = acquire
    for (const [connection, query] of watched) connection.query = query
  }
}
