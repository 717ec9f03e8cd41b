/** One act on a case without holding a lock while it is thought over: read, decide, write if nothing has changed. */
import type { Knex } from 'knex'
import type { Clock } from '../clock/clock.ts'
import { beginChange, type CaseChange } from './case-change.ts'
import { lockCase } from './case-events.ts'
import { loadCase, type CaseQuestion, type CaseState } from './load-case.ts'
import { writeChange, type WrittenChange } from './write-change.ts'

/** After so many lost races the case is locked first: then nobody can come between. */
const FREE_TRIES = 3

/**
 * `decide` may run several times; it reads with the `db` it is given and touches nothing. A change that stays empty is not
 * written.
 * @throws CASE_NOT_FOUND and what `decide` throws
 */
export async function changeCase<T>(
  deps: { readonly db: Knex; readonly clock: Clock },
  of: CaseQuestion,
  decide: (state: CaseState, change: CaseChange, db: Knex) => Promise<T> | T,
): Promise<{ readonly result: T; readonly written?: WrittenChange }> {
  return repeatUntilWritten(
    deps.db,
    async (db) => {
      const state = await loadCase(db, of)
      const change = beginChange(state, deps.clock.now())
      const result = await decide(state, change, db)
      if (change.isEmpty()) return { result }
      const written = await writeChange(db, change)
      return written && { result, written }
    },
    (trx) => lockCase(trx, of),
  )
}

/**
 * @param attempt gives undefined when it lost the race
 * @param lock takes the row of the case, in case all else fails
 */
export async function repeatUntilWritten<T>(
  db: Knex,
  attempt: (db: Knex) => Promise<T | undefined>,
  lock: (trx: Knex.Transaction) => Promise<unknown>,
): Promise<T> {
  for (let tried = 0; tried < FREE_TRIES; tried += 1) {
    const result = await attempt(db)
    if (result !== undefined) return result
  }
  return db.transaction(async (trx) => {
    await lock(trx)
    // What holds without the lock of the case (a claim) may still be lost once: asked again, it says so.
    const result = (await attempt(trx)) ?? (await attempt(trx))
    if (result === undefined) throw new Error('a change of a locked case was not written')
    return result
  })
}
