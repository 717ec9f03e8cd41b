/**
 * The last step of `npm start`: the working-day calendar, the demo district, every package of processes/. Idempotent.
 * Prints the seeded logins on stdout; exit code 1 with the reason when a package is refused.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { Problem } from '../contracts/problems.ts'
import { publishPackage, type Published } from '../core/catalogue/publish.ts'
import { readPackageFolder } from '../core/catalogue/read-package.ts'
import { seedDistrict } from '../core/catalogue/seed-district.ts'
import { systemClock } from '../core/clock/clock.ts'
import { seedCalendar } from '../core/clock/seed-calendar.ts'
import { createPool } from '../core/database/pool.ts'
import { DEMO_STAFF } from '../core/identity/demo-staff.ts'

const PATIENCE_MS = 120_000
const processes = join(import.meta.dirname, '..', 'processes')

const url = process.env['DATABASE_URL']
if (url === undefined)
  throw new Error('DATABASE_URL is missing: npm start sets it; see docs/operations.md')
const db = createPool({ url, max: 4, applicationName: 'seed' })

try {
  await seedCalendar(db)
  await seedDistrict(db)
  const published = await publishAll(db)
  console.log(
    ['事项 items', ...published.map((p) => `  ${p.itemCode} v${p.version}`), '', ...logins()].join(
      '\n',
    ),
  )
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
} finally {
  await db.destroy()
}

async function publishAll(on: Knex): Promise<Published[]> {
  const actor = { kind: 'system', id: 'seed' } as const
  const published: Published[] = []
  for (const folder of (await readdir(processes)).sort()) {
    published.push(
      await publishPackage(
        { db: on, clock: systemClock },
        await readPackageFolder(join(processes, folder)),
        actor,
      ),
    )
  }
  for (const { itemCode, versionId } of published) await untilDeployed(on, itemCode, versionId)
  return published
}

/** The outbox deploys; the engine may still be booting. */
async function untilDeployed(on: Knex, itemCode: string, versionId: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  while (performance.now() < until) {
    const row = (await on('item_version as v')
      .select('v.state', 'v.refusal')
      .where('v.id', versionId)
      .first()) as { state: string; refusal: string | null } | undefined
    if (row?.state === 'published') return
    if (row?.state === 'refused')
      throw new Error(`${itemCode}: 引擎拒绝部署 refused by the engine: ${row.refusal ?? ''}`)
    await sleep(100)
  }
  throw new Error(
    `${itemCode}: 引擎 120 秒内没有部署，看 engine 与 workers 的日志 not deployed in 120 s; see their logs`,
  )
}

function logins(): string[] {
  const password = process.env['DEMO_PASSWORD'] === undefined ? 'yichuang-demo' : '(DEMO_PASSWORD)'
  return [
    `登录 logins，密码 password: ${password}`,
    ...DEMO_STAFF.map(
      (p) => `  ${p.login.padEnd(16)} ${p.post.padEnd(16)} ${p.unit.padEnd(18)} ${p.name}`,
    ),
  ]
}

function explain(error: unknown): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error)
  return [
    error.message,
    ...error.fields.map((f) => `  ${f.field} ${f.code}: ${f.zh} ${f.en}`),
  ].join('\n')
}
