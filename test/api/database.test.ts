import type { Knex } from 'knex'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import { commitsWithNext } from '../../core/database/commit-with-next.ts'
import { createListener } from '../../core/database/listen.ts'
import { createPool } from '../../core/database/pool.ts'
import { sqlState, violates } from '../../core/database/sql-state.ts'
import { inTransaction } from '../../core/database/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await database.ownerDb.raw(`
    create table trial (id integer primary key, balance integer not null);
    grant select, insert, update on trial to yichuang_app;
    insert into trial values (1, 0), (2, 0);`)
})
afterAll(() => database.close())

describe('a statement that need not last by itself', () => {
  const durable = async (db: Knex): Promise<unknown> => {
    const { rows } = await db.raw<{ rows: { on: string }[] }>(
      `select current_setting('synchronous_commit') as on`,
    )
    return rows[0]?.on
  }

  it('does not wait for the disk alone, and leaves a transaction and its connection as they were', async () => {
    const { db } = database
    expect(commitsWithNext(db)).toContain('off')
    await db.transaction(async (trx) => {
      await trx.raw(`select 1 where ${commitsWithNext(trx)}`)
      expect(await durable(trx)).toBe('on')
      await trx.transaction(async (inner) => {
        await inner.raw(`select 1 where ${commitsWithNext(inner)}`)
        expect(await durable(inner)).toBe('on')
      })
    })
    const one = createPool({ url: database.url, max: 1, applicationName: 'one' })
    try {
      const { rows } = await one.raw<{ rows: unknown[] }>(
        `select current_setting('synchronous_commit') as on where ${commitsWithNext(one)}`,
      )
      expect(rows).toEqual([{ on: 'off' }])
      expect(await durable(one)).toBe('on')
    } finally {
      await one.destroy()
    }
  })
})

describe('the pool', () => {
  it('gives a day as text, a safe bigint as number and a larger one as text', async () => {
    const { rows } = await database.db.raw<{ rows: unknown[] }>(`
      select date '2026-10-08' as day, array[date '2026-10-08'] as days, 42::bigint as small,
             9007199254740993::bigint as large, 1.10::numeric as amount`)
    expect(rows).toEqual([
      {
        day: '2026-10-08',
        days: ['2026-10-08'],
        small: 42,
        large: '9007199254740993',
        amount: '1.10',
      },
    ])
  })

  it('counts days in China, whatever the server is set to', async () => {
    const { rows } = await database.db.raw<{ rows: unknown[] }>(
      "select (timestamptz '2026-10-07 17:00Z')::date as day",
    )
    expect(rows).toEqual([{ day: '2026-10-08' }])
  })

  it('has PostgreSQL give up a statement that takes too long', async () => {
    const impatient = createPool({
      url: database.url,
      max: 1,
      applicationName: 'impatient',
      statementTimeoutMs: 50,
    })
    const failure: unknown = await impatient.raw('select pg_sleep(30)').catch((e: unknown) => e)
    await impatient.destroy()
    expect(sqlState(failure)).toBe('57014')
  })
})

describe('inTransaction', () => {
  it('writes nothing when the work throws', async () => {
    const work = inTransaction(database.db, async (trx) => {
      await trx('trial').insert({ id: 3, balance: 0 })
      throw new Error('on purpose')
    })
    await expect(work).rejects.toThrow('on purpose')
    expect(await database.db('trial').where({ id: 3 })).toEqual([])
  })

  it('joins the transaction it is called in', async () => {
    await inTransaction(database.db, async (outer) => {
      await inTransaction(outer, (inner) => inner('trial').insert({ id: 4, balance: 0 }))
      await outer.rollback()
    }).catch(() => undefined)
    expect(await database.db('trial').where({ id: 4 })).toEqual([])
  })

  it('tries again after a deadlock, so that both sides finish', async () => {
    // given two transactions that take the same two rows in opposite order
    let met = 0
    let release = () => {}
    const both = new Promise<void>((resolve) => (release = resolve))
    const add = (first: number, second: number) =>
      inTransaction(database.db, async (trx) => {
        await trx('trial').where({ id: first }).increment('balance', 1)
        met += 1
        if (met === 2) release()
        await both
        await trx('trial').where({ id: second }).increment('balance', 1)
      })
    // when
    await Promise.all([add(1, 2), add(2, 1)])
    // then nothing is lost, nothing counted twice
    expect(met).toBeGreaterThan(2)
    const rows = await database.db('trial').whereIn('id', [1, 2]).select('balance')
    expect(rows).toEqual([{ balance: 2 }, { balance: 2 }])
  })

  it('names the constraint that refused', async () => {
    const failure: unknown = await database
      .db('trial')
      .insert({ id: 1, balance: 0 })
      .catch((e: unknown) => e)
    expect(violates(failure, 'trial_pkey')).toBe(true)
    expect(violates(failure, 'another_key')).toBe(false)
  })
})

describe('the listener', () => {
  it('hears again after its connection was cut, and says that it may have missed something', async () => {
    const heard: string[] = []
    const errors: Error[] = []
    const listener = createListener({
      url: database.url,
      applicationName: 'trial listener',
      onError: (error) => errors.push(error),
    })
    let wake = () => {}
    listener.subscribe('trial', (payload) => {
      heard.push(payload)
      wake()
    })
    await listener.ready()
    const next = () => new Promise<void>((resolve) => (wake = resolve))
    const notify = (payload: string) => database.db.raw("select pg_notify('trial', ?)", [payload])

    const first = next()
    await notify('one')
    await first

    await notify('proved')
    await listener.prove()
    expect(heard).toEqual(['one', 'proved'])

    const back = new Promise<void>((resolve) => listener.onReconnect(resolve))
    await terminateListener()
    await back
    const second = next()
    await notify('two')
    await second

    await listener.close()
    await expect(listener.prove()).rejects.toThrow('not listening')
    expect(heard).toEqual(['one', 'proved', 'two'])
    expect(errors.length).toBeGreaterThan(0)
  })
})

describe('the roles', () => {
  it.each(['case_event', 'audit', 'clock_entry'])(
    'let the application add to %s but never change it',
    async (table) => {
      const update: unknown = await database.db.raw(`delete from ${table}`).catch((e: unknown) => e)
      expect(sqlState(update)).toBe('42501')
      const { rows } = await database.db.raw<{ rows: unknown[] }>(
        `select has_table_privilege(?, 'insert') as may_add,
                has_any_column_privilege(?, 'update') as may_change`,
        [table, table],
      )
      expect(rows).toEqual([{ may_add: true, may_change: false }])
    },
  )

  it('keep the engine out of the office’s tables', async () => {
    const engine = createPool({ url: database.engineUrl, max: 1, applicationName: 'engine trial' })
    const failure: unknown = await engine
      .raw('select 1 from public.case_event')
      .catch((e: unknown) => e)
    await engine.destroy()
    expect(sqlState(failure)).toBe('42501')
  })
})

describe('the test database', () => {
  it('fails the test that leaves a connection open', async () => {
    const other = await createTestDatabase()
    const leak = createPool({ url: other.url, max: 1, applicationName: 'forgotten' })
    await leak.raw('select 1')
    await expect(other.close()).rejects.toThrow('yichuang_app/forgotten')
    await leak.destroy()
  })
})

async function terminateListener(): Promise<void> {
  const superuser = createPool({
    url: inject('postgres').superuserUrl,
    max: 1,
    applicationName: 'superuser',
  })
  await superuser.raw(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trial listener'",
  )
  await superuser.destroy()
}
