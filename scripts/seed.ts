import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { Problem } from '../contracts/problems.ts'
import { getVersionByNumber } from '../core/catalogue/item-versions.ts'
import { publishPackage, type Published } from '../core/catalogue/publish.ts'
import { readPackageFolder } from '../core/catalogue/read-package.ts'
import { seedDistrict } from '../core/catalogue/seed-district.ts'
import { systemClock } from '../core/clock/clock.ts'
import { seedCalendar } from '../core/clock/seed-calendar.ts'
import { createPool } from '../core/database/pool.ts'
import type { Database } from '../core/database/database.ts'
import { seedGuide } from './seed-guide.ts'

/** The engine needs some seconds to boot beside us; its outbox then takes a second or two for three items. */
const PATIENCE_MS = 180_000
const LOOK_MS = 200

/** What keeps the start from going on; said in plain words, exit 1. */
class SeedError extends Error {}

/**
 * Child of `npm start`: calendar, demo district, every package of processes/. Safe to run at every start; done when each
 * item is published. Reads DATABASE_URL, PUBLIC_URL, PARTNERS_URL, OIDC_ISSUER, DEMO_PASSWORD.
 */
async function main(): Promise<void> {
  const url = process.env['DATABASE_URL']
  if (!url) throw new SeedError('DATABASE_URL is missing: set it as for the server.')
  const db = createPool({ url, max: 2, applicationName: 'seed' })
  try {
    await seedCalendar(db)
    await seedDistrict(db)
    const published: Published[] = []
    for (const folder of packageFolders()) published.push(await publish(db, folder))
    for (const version of published) await waitUntilPublished(db, version)
    console.log(seedGuide(process.env, published))
  } finally {
    await db.destroy()
  }
}

function packageFolders(): string[] {
  const root = join(import.meta.dirname, '../processes')
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
    .sort()
}

async function publish(db: Database, folder: string): Promise<Published> {
  try {
    const files = await readPackageFolder(folder)
    return await publishPackage({ db, clock: systemClock }, files, { kind: 'system', id: 'seed' })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const faults = error.fields.map((f) => `  ${f.field}: ${f.zh} ${f.en}`)
    throw new SeedError(
      [`事项包有误 refused: ${folder}`, ...faults, '运行 run: npm run processes:check'].join('\n'),
    )
  }
}

async function waitUntilPublished(db: Database, { itemCode, version }: Published): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    const found = await getVersionByNumber(db, itemCode, version)
    if (found.state === 'published') return
    if (found.state === 'refused')
      throw new SeedError(
        `引擎拒绝了事项 the engine refused ${itemCode}@${version}: ${found.refusal ?? ''}`,
      )
    await sleep(LOOK_MS)
  }
  throw new SeedError(
    `引擎没有接收事项 the engine did not take ${itemCode}@${version} within ${PATIENCE_MS / 1000} s: see the logs of engine and workers`,
  )
}

try {
  await main()
} catch (error) {
  console.error(error instanceof SeedError ? error.message : error)
  process.exitCode = 1
}
