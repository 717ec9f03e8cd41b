import type { Knex } from 'knex'

import { sqlState } from './sql-state.ts'

/** SQLSTATEs that mean "nothing was written, the same work may be tried again". */
const RETRYABLE = new Set(['40001', '40P01'])

/**
 * Runs `work` in one transaction and gives its result. Called inside a transaction it joins that
 * one, so that a use case can be a step of a larger one. A deadlock or serialisation failure is
 * tried again (three attempts in all): `work` must therefore touch nothing but the database.
 */
export async function inTransaction<T>(
  db: Knex | Knex.Transaction,
  work: (trx: Knex.Transaction) => Promise<T>,
  attempts = 3,
): Promise<T> {
  if (isTransaction(db)) return work(db)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (attempt >= attempts || !RETRYABLE.has(sqlState(error) ?? '')) throw error
    }
  }
}

function isTransaction(db: Knex | Knex.Transaction): db is Knex.Transaction {
  return db.isTransaction === true
}
