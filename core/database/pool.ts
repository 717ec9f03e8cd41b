import knex, { type Knex } from 'knex'
import pg from 'pg'

import { createStatementNames } from './statement-names.ts'

export interface PoolOptions {
  /** postgresql://role:password@host:port/database */
  readonly url: string
  /** Upper bound of connections; 5-10 is right on two cores (engine.md §4.5). */
  readonly max?: number
  /** Shown in pg_stat_activity, so that a leak or a slow query has an owner. */
  readonly applicationName: string
  /** Milliseconds after which PostgreSQL itself gives a statement up (SQLSTATE 57014). */
  readonly statementTimeoutMs?: number
  /**
   * Every statement keeps one plan (plan_cache_mode), whatever its values: for processes whose
   * statements go by a key or read the head of an ordered index with `limit`, where values change nothing.
   * Measured: left to itself PostgreSQL plans a third of them anew each time, for a plan that is the same.
   */
  readonly onePlan?: boolean
}

/**
 * A knex pool on the given database. Dates come back as `YYYY-MM-DD` strings, `bigint` as number
 * while it is a safe integer and as string beyond, `numeric` as string, `timestamptz` as Date.
 * The session's time zone is the office's, so `::date` in SQL is a day in China.
 * The caller ends it with `destroy()`.
 */
export function createPool(options: PoolOptions): Knex {
  const { url, max = 8, applicationName, statementTimeoutMs = 30_000, onePlan = false } = options
  const nameStatements = createStatementNames()
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: applicationName,
      statement_timeout: statementTimeoutMs,
      // A transaction someone forgot would hold its row locks, and back the vacuum up, for ever.
      idle_in_transaction_session_timeout: 60_000,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      options: `-c TimeZone=Asia/Shanghai${onePlan ? ' -c plan_cache_mode=force_generic_plan' : ''}`,
      types: { getTypeParser },
    } as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max,
      afterCreate(connection: pg.Client, done: (error: null, connection: pg.Client) => void) {
        nameStatements(connection)
        done(null, connection)
      },
    },
    acquireConnectionTimeout: 10_000,
    // An error text with the values in it would carry names and ID numbers into the log.
    compileSqlOnError: false,
    // knex prints what it throws anyway, past pino and its redaction list.
    log: { error: ignore, warn: ignore, deprecate: ignore, debug: ignore },
  })
}

function ignore(): void {}

const DATE = 1082
const DATE_ARRAY = 1182
const INT8 = 20
const TEXT_ARRAY = 1009

/**
 * pg's own table with three changes, given to each connection instead of being set on the module:
 * two pools in one process (a test, a bench) must not change each other's answers.
 */
function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (format === 'binary') return pg.types.getTypeParser(oid, 'binary')
  // A legal day has no hour: pg would give local midnight, which is another day elsewhere.
  if (oid === DATE) return (value: string) => value
  if (oid === DATE_ARRAY) return pg.types.getTypeParser(TEXT_ARRAY as never, 'text')
  if (oid === INT8) return parseBigint
  return pg.types.getTypeParser(oid, 'text')
}

function parseBigint(value: string): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
