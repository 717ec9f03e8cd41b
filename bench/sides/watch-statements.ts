import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import type pg from 'pg'

import { startPostgres } from '../../scripts/embedded-postgres.ts'
import { openSecrets } from '../../scripts/secrets.ts'

/** For --profile only: makes our cluster beforehand with pg_stat_statements loaded, as `npm start` gives no such setting. */
export async function loadStatementWatch(dataDir: string, port: number): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const secrets = openSecrets(join(dataDir, 'secrets.json'), false)
  const postgres = await startPostgres({
    dataDir: join(dataDir, 'pg'),
    port,
    superuserPassword: secrets.postgresSuperuser,
    logFile: join(dataDir, 'first-start.log'),
    settings: {},
  })
  await postgres.stop()
  const file = join(dataDir, 'pg', 'postgresql.auto.conf')
  appendFileSync(file, "shared_preload_libraries = 'pg_stat_statements'\n")
}

export async function watchStatements(db: pg.Client): Promise<void> {
  await db.query('create extension if not exists pg_stat_statements')
  await db.query('select pg_stat_statements_reset()')
}

/** The twenty statements that took most of PostgreSQL's time since the watch began, a line each. */
export async function costliestStatements(db: pg.Client, cases: number): Promise<string[]> {
  const { rows } = await db.query<{ who: string; calls: number; ms: number; query: string }>(
    `select r.rolname as who, s.calls / $1::float8 as calls, (s.total_exec_time + s.total_plan_time) / $1 as ms,
            left(regexp_replace(s.query, '\\s+', ' ', 'g'), 160) as query
       from pg_stat_statements s join pg_roles r on r.oid = s.userid
      order by s.total_exec_time + s.total_plan_time desc limit 45`,
    [cases],
  )
  return rows.map(
    ({ who, calls, ms, query }) =>
      `${ms.toFixed(2)} ms  ${calls.toFixed(1)} calls  ${who}  ${query}`,
  )
}
