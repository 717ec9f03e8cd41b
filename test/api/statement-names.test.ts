import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createPool } from '../../core/database/pool.ts'
import { createStatementNames } from '../../core/database/statement-names.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.close())

interface Prepared {
  readonly statement: string
  readonly calls: number
}

describe('names of statements', () => {
  it('given a pool of one connection, when a statement runs again, then PostgreSQL has parsed it once', async () => {
    const db = createPool({ url: database.url, max: 1, applicationName: 'test' })
    try {
      for (const day of ['2026-01-01', '2026-01-02', '2026-01-03'])
        await db('calendar_day as d').select('d.works').where('d.day', day)
      const { rows } = await db.raw<{ rows: Prepared[] }>(
        `select statement, (generic_plans + custom_plans)::integer as calls
           from pg_prepared_statements where statement like ?`,
        ['%calendar_day%'],
      )
      expect(rows.filter((row) => row.statement.includes('works'))).toMatchObject([{ calls: 3 }])
    } finally {
      await db.destroy()
    }
  })

  it('given a statement that failed, when it is repeated rightly, then it works under its name', async () => {
    const db = createPool({ url: database.url, max: 1, applicationName: 'test' })
    try {
      await expect(db.raw('select 1 / ?::integer as n', [0])).rejects.toThrow(/division by zero/)
      await expect(
        db.transaction(async (trx) => trx.raw('select no_such_column, ?::integer', [1])),
      ).rejects.toThrow(/no_such_column/)
      const { rows } = await db.raw<{ rows: { n: number }[] }>('select 1 / ?::integer as n', [1])
      expect(rows).toEqual([{ n: 1 }])
    } finally {
      await db.destroy()
    }
  })

  it('given room for two names, when a third text comes, then it and texts without parameters stay unnamed', () => {
    const seen: unknown[] = []
    const connection = { query: (config: unknown) => seen.push(config) } as unknown as pg.Client
    createStatementNames(2)(connection)
    for (const text of ['a $1', 'b $1', 'c $1', 'a $1'])
      void connection.query({ text, values: [1] })
    void connection.query({ text: 'commit', values: [] })
    void connection.query('begin')
    expect(seen).toEqual([
      { text: 'a $1', values: [1], name: 's1' },
      { text: 'b $1', values: [1], name: 's2' },
      { text: 'c $1', values: [1] },
      { text: 'a $1', values: [1], name: 's1' },
      { text: 'commit', values: [] },
      'begin',
    ])
  })
})
