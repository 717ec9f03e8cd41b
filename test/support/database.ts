import { randomBytes } from 'node:crypto'

import type { Knex } from 'knex'
import pg from 'pg'
import { inject } from 'vitest'

import { createPool } from '../../core/database/pool.ts'
import { roleUrls } from '../../core/database/prepare-cluster.ts'

export interface TestDatabase {
  /** As the application: may do what the migrations granted, no more. */
  readonly db: Knex
  /** As the owner of the schema, for givens that the application may not write itself. */
  readonly ownerDb: Knex
  readonly url: string
  readonly ownerUrl: string
  readonly engineUrl: string
  readonly name: string
  /** Ends both pools, fails when the code under test left a connection open, drops the database. */
  close(): Promise<void>
}

/** A database of its own for one test file, cloned from the migrated template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { superuserUrl, passwords, template } = inject('postgres')
  const name = `test_${randomBytes(6).toString('hex')}`
  await asSuperuser(superuserUrl, (client) => clone(client, name, template))
  const { appUrl, ownerUrl, engineUrl } = roleUrls(superuserUrl, passwords, name)
  const db = createPool({ url: appUrl, max: 8, applicationName: 'test' })
  const ownerDb = createPool({ url: ownerUrl, max: 2, applicationName: 'test owner' })
  return {
    db,
    ownerDb,
    url: appUrl,
    ownerUrl,
    engineUrl,
    name,
    async close() {
      await Promise.all([db.destroy(), ownerDb.destroy()])
      await asSuperuser(superuserUrl, async (client) => {
        const leaked = await openConnections(client, name)
        await client.query(`drop database ${name} with (force)`)
        if (leaked.length > 0) {
          throw new Error(`the test left connections open: ${leaked.join(', ')}`)
        }
      })
    },
  }
}

async function clone(client: pg.Client, name: string, template: string): Promise<void> {
  await client.query(`create database ${name} template ${template}`)
  // Rights on the database itself are not part of a clone.
  await client.query(`alter database ${name} owner to yichuang_owner`)
  await client.query(`revoke all on database ${name} from public`)
  await client.query(`grant connect, temporary on database ${name} to yichuang_app`)
  await client.query(`grant connect on database ${name} to yichuang_engine`)
}

/** A backend needs a moment to end after its client has; what stays for two seconds is a leak. */
async function openConnections(client: pg.Client, name: string): Promise<string[]> {
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await client.query<{ label: string }>(
      `select a.usename || '/' || a.application_name as label from pg_stat_activity a
        where a.datname = $1 and a.usename in ('yichuang_app', 'yichuang_owner')`,
      [name],
    )
    if (rows.length === 0 || attempt === 40) return rows.map((row) => row.label)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function asSuperuser(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'test support' })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
