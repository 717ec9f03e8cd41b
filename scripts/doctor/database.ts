import type { Knex } from 'knex'

import { createPool } from '../../core/database/pool.ts'
import { schemaState } from '../../migrations/run.ts'

import { fail, ok, warn, wordsOf, type Environment, type Finding } from './finding.ts'

/** Reachable, of the right version, migrated, durable, and with rights that protect the file. */
export async function checkDatabase(env: Environment): Promise<Finding[]> {
  const url = env['DATABASE_URL']
  if (!url || !URL.canParse(url)) {
    return [
      fail(
        'database',
        ['DATABASE_URL 没有设置或不是地址', 'DATABASE_URL is not set or no address'],
        [
          '设为 postgresql://yichuang_app:<密码>@<主机>:<端口>/yichuang',
          'set it to postgresql://yichuang_app:<password>@<host>:<port>/yichuang',
        ],
      ),
    ]
  }
  const db = createPool({ url, max: 1, applicationName: 'doctor', statementTimeoutMs: 10_000 })
  try {
    const findings = [await checkVersion(db)]
    findings.push(await checkClock(db), await checkSchema(db), ...(await checkRights(db)))
    return findings
  } catch (error) {
    return [
      fail(
        'database',
        [`连不上数据库：${wordsOf(error)}`, `the database cannot be used: ${wordsOf(error)}`],
        [
          '核对 DATABASE_URL、数据库是否在运行、密码与防火墙',
          'check DATABASE_URL, whether the database runs, the password and the firewall',
        ],
      ),
    ]
  } finally {
    await db.destroy()
  }
}

async function checkVersion(db: Knex): Promise<Finding> {
  const row = await one<{ version: string; fsync: string; commit: string }>(
    db,
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as commit`,
  )
  if (Number.parseInt(row.version, 10) < 15) {
    return fail(
      'database',
      [`PostgreSQL ${row.version} 太旧`, `PostgreSQL ${row.version} is too old`],
      ['使用 PostgreSQL 15 或更新的版本', 'use PostgreSQL 15 or newer'],
    )
  }
  if (row.fsync !== 'on' || row.commit === 'off') {
    return fail(
      'database',
      [
        `PostgreSQL ${row.version} 断电会丢已提交的件（fsync=${row.fsync}，synchronous_commit=${row.commit}）`,
        `PostgreSQL ${row.version} may lose committed cases in a power cut (fsync=${row.fsync}, synchronous_commit=${row.commit})`,
      ],
      ['两项都设为 on', 'set both to on'],
    )
  }
  return ok('database', `PostgreSQL ${row.version} 可用`, `PostgreSQL ${row.version} answers`)
}

/** Deadlines are computed by Node and compared in SQL: the two clocks must agree. */
async function checkClock(db: Knex): Promise<Finding> {
  const before = Date.now()
  const { now } = await one<{ now: Date }>(db, 'select clock_timestamp() as now')
  const after = Date.now()
  const skewMs = Math.max(0, Math.max(before - now.getTime(), now.getTime() - after))
  const words = [
    `本机与数据库的时钟相差 ${(skewMs / 1000).toFixed(1)} 秒`,
    `the clocks of this machine and the database differ by ${(skewMs / 1000).toFixed(1)} s`,
  ] as const
  const remedy = ['在两边启用 NTP', 'run NTP on both'] as const
  if (skewMs > 60_000) return fail('clock', words, remedy)
  if (skewMs > 2_000) return warn('clock', words, remedy)
  return ok('clock', '本机与数据库的时钟一致', 'the clocks of this machine and the database agree')
}

async function checkSchema(db: Knex): Promise<Finding> {
  const { unknown, pending } = await schemaState(db)
  if (unknown.length > 0) {
    return fail(
      'schema',
      [
        `数据库比本版本新：${unknown.join('、')}`,
        `the database is newer than this version: ${unknown.join(', ')}`,
      ],
      ['更新本机的版本', 'update this installation'],
    )
  }
  if (pending.length > 0) {
    return fail(
      'schema',
      [`有 ${pending.length} 个迁移未执行`, `${pending.length} migrations are pending`],
      [
        '以 MIGRATION_DATABASE_URL 运行 npm run db:migrate',
        'run npm run db:migrate with MIGRATION_DATABASE_URL',
      ],
    )
  }
  return ok('schema', '数据库结构是最新的', 'the schema is up to date')
}

/** What the application must be able to do, and what it must never be able to do. */
async function checkRights(db: Knex): Promise<Finding[]> {
  const row = await one<{
    superuser: boolean
    owner: boolean
    may_change: boolean
    may_add: boolean
    may_read_engine: boolean
  }>(
    db,
    `select r.rolsuper as superuser,
            exists (select 1 from pg_class c where c.relname = 'case_event'
                       and pg_has_role(c.relowner, 'member')) as owner,
            has_any_column_privilege('case_event', 'update')
              or has_table_privilege('case_event', 'delete')
              or has_table_privilege('case_event', 'truncate') as may_change,
            has_table_privilege('case_event', 'insert') as may_add,
            has_schema_privilege('engine', 'usage')
              and has_table_privilege('engine.engine_event', 'select') as may_read_engine
       from pg_roles r where r.rolname = current_user`,
  )
  const findings: Finding[] = []
  if (row.superuser || row.owner || row.may_change) {
    findings.push(
      fail(
        'rights',
        [
          '应用的数据库角色能改写案卷（case_event），“只追加”失去保证',
          'the application’s role could rewrite the file (case_event), so "append only" is not assured',
        ],
        [
          'DATABASE_URL 改用 yichuang_app，不要用属主或超级用户',
          'let DATABASE_URL name yichuang_app, neither the owner nor a superuser',
        ],
      ),
    )
  }
  if (!row.may_add || !row.may_read_engine) {
    findings.push(
      fail(
        'rights',
        ['应用的数据库角色缺少权限', 'the application’s role lacks rights'],
        ['以属主运行 npm run db:migrate', 'run npm run db:migrate as the owner'],
      ),
    )
  }
  if (findings.length > 0) return findings
  return [ok('rights', '应用角色只能向案卷追加', 'the application’s role can only add to the file')]
}

async function one<T>(db: Knex, sql: string): Promise<T> {
  const { rows } = await db.raw<{ rows: T[] }>(sql)
  const [row] = rows
  if (row === undefined) throw new Error('the database gave no row')
  return row
}
