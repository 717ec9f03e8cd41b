import type { Knex } from 'knex'

/**
 * A condition that is always true; alone in its transaction the statement then commits without waiting for the disk. Only
 * for what is worth nothing by itself: a number taken for a row that is written next. The log is written in order, so whatever is committed durably afterwards takes it along. After
 * a crash before that the number may be given again, to somebody whose predecessor wrote nothing; should both come to write it,
 * the unique key of what bears it lets one. In a larger transaction it changes nothing: the rest of
 * that one must last.
 */
export function commitsWithNext(db: Knex | Knex.Transaction): string {
  return db.isTransaction === true
    ? 'true'
    : `set_config('synchronous_commit', 'off', true) = 'off'`
}
