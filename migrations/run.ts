import type { Knex } from 'knex'

import { migrations as allMigrations } from './list.ts'
import type { Migration } from './migration.ts'

export interface SchemaState {
  /** Recorded in the database and not known here: a newer version wrote it. */
  readonly unknown: readonly string[]
  /** Known here and not yet applied. */
  readonly pending: readonly string[]
}

const TABLE = 'knex_migrations'
/** Any number of our own: two programs that migrate at once wait for each other on it. */
const ADVISORY_LOCK = 20_260_724

/**
 * Applies what is missing, each migration in its own transaction, and gives the names applied.
 * Throws `SchemaNewerError` before touching anything when the database is ahead of this code.
 * `db` must be the owner's pool and allow two connections.
 */
export async function migrate(
  db: Knex,
  migrations: readonly Migration[] = allMigrations,
): Promise<readonly string[]> {
  return withAdvisoryLock(db, async () => {
    const { unknown } = await schemaState(db, migrations)
    if (unknown.length > 0) throw new SchemaNewerError(unknown)
    const config = migratorConfig(migrations)
    // Holding the advisory lock we know that nobody migrates: a knex lock that is still set was
    // left by a process killed in the middle, and would otherwise need a person to clear it.
    if (await db.schema.hasTable(`${TABLE}_lock`)) await db.migrate.forceFreeMigrationsLock(config)
    const [, applied] = (await db.migrate.latest(config)) as [number, string[]]
    // The server and the doctor compare code and schema at start, as the app role.
    await db.raw(`grant select on ${TABLE} to yichuang_app`)
    return applied
  })
}

/** Compares the list in the code with the table in the database; any role that may read it. */
export async function schemaState(
  db: Knex,
  migrations: readonly Migration[] = allMigrations,
): Promise<SchemaState> {
  const applied = (await db.schema.hasTable(TABLE))
    ? await db(`${TABLE} as m`).orderBy('m.id').pluck<string[]>('m.name')
    : []
  const known = migrations.map((migration) => migration.name)
  return {
    unknown: applied.filter((name) => !known.includes(name)),
    pending: known.filter((name) => !applied.includes(name)),
  }
}

export class SchemaNewerError extends Error {
  readonly unknown: readonly string[]

  constructor(unknown: readonly string[]) {
    super(`the database holds migrations unknown to this version: ${unknown.join(', ')}`)
    this.name = 'SchemaNewerError'
    this.unknown = unknown
  }
}

/**
 * An explicit list with names without extension: knex would record `.ts` in development and `.js`
 * in dist as two different migrations (style.md, migrations trap).
 */
function migratorConfig(migrations: readonly Migration[]): Knex.MigratorConfig {
  const source: Knex.MigrationSource<Migration> = {
    getMigrations: async () => [...migrations],
    getMigrationName: (migration) => migration.name,
    getMigration: async (migration) => ({
      up: (knex) => migration.up(knex),
      down: () => Promise.reject(new Error('a merged migration is never taken back')),
    }),
  }
  return { tableName: TABLE, migrationSource: source }
}

async function withAdvisoryLock<T>(db: Knex, work: () => Promise<T>): Promise<T> {
  return db.transaction(async (trx) => {
    // The idle transaction only carries the lock; a long migration must not end it.
    await trx.raw('set local idle_in_transaction_session_timeout = 0')
    await trx.raw('set local statement_timeout = 0')
    await trx.raw('select pg_advisory_xact_lock(?)', [ADVISORY_LOCK])
    return work()
  })
}
