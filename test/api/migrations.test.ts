import { afterAll, beforeAll, expect, it } from 'vitest'

import { createPool } from '../../core/database/pool.ts'
import type { Migration } from '../../migrations/migration.ts'
import { migrations } from '../../migrations/list.ts'
import { migrate, schemaState } from '../../migrations/run.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const next: Migration = {
  name: '9999-trial',
  up: async (db) => void (await db.raw('create table trial (id integer primary key)')),
}

let database: TestDatabase

beforeAll(async () => (database = await createTestDatabase()))
afterAll(() => database.close())

it('has nothing to do on a migrated database', async () => {
  expect(await migrate(database.ownerDb)).toEqual([])
  expect(await schemaState(database.db)).toEqual({ unknown: [], pending: [] })
})

it('leaves no trace of a migration that fails in the middle', async () => {
  const failing: Migration = {
    name: '9998-fails',
    up: async (db) => {
      await db.raw('create table half (id integer)')
      throw new Error('on purpose')
    },
  }
  await expect(migrate(database.ownerDb, [...migrations, failing])).rejects.toThrow('on purpose')
  expect(await database.ownerDb.schema.hasTable('half')).toBe(false)
  expect((await schemaState(database.db)).unknown).toEqual([])
})

it('goes on after a migrating process was killed and left the lock set', async () => {
  // given
  await database.ownerDb('knex_migrations_lock').update({ is_locked: 1 })
  // when two programs start at once
  const other = createPool({ url: database.ownerUrl, max: 2, applicationName: 'other program' })
  const applied = await Promise.all(
    [database.ownerDb, other].map((db) => migrate(db, [...migrations, next])),
  )
  await other.destroy()
  // then one of them did the work
  expect(applied.flat()).toEqual(['9999-trial'])
})

it('refuses a database that a newer version wrote, before touching it', async () => {
  expect(await schemaState(database.db)).toEqual({ unknown: ['9999-trial'], pending: [] })
  await expect(migrate(database.ownerDb)).rejects.toThrow('9999-trial')
})
