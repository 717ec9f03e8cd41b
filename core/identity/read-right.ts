/** Who may read a case file: whoever may act at some step of the item in one of the case's two units. */
import type { Knex } from 'knex'
import { problem } from '../../contracts/problems.ts'

export interface ReadKey {
  readonly personId: string
  readonly itemCode: string
  /** deciding and handling unit of the case */
  readonly units: readonly string[]
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly day: string
}

/** @returns the unit and post that give the right, undefined when none does */
export async function mayRead(
  db: Knex,
  key: ReadKey,
): Promise<{ unit: string; post: string } | undefined> {
  return (await db('person_post as pp')
    .join('person as p', 'p.id', 'pp.person_id')
    .join('step_right as r', (on) => {
      on.on('r.unit_code', 'pp.unit_code').andOn('r.post_code', 'pp.post_code')
    })
    .select({ unit: 'pp.unit_code', post: 'pp.post_code' })
    .where({ 'p.id': key.personId, 'p.active': true, 'r.item_code': key.itemCode })
    .whereIn('r.unit_code', key.units)
    .where('pp.valid_from', '<=', key.day)
    .where((q) => void q.whereNull('pp.valid_until').orWhere('pp.valid_until', '>', key.day))
    .orderBy(['pp.unit_code', 'pp.post_code'])
    .first()) as { unit: string; post: string } | undefined
}

/**
 * A case of another office looks as if it did not exist (API1).
 * @throws CASE_NOT_FOUND
 */
export async function requireRead(db: Knex, key: ReadKey): Promise<{ unit: string; post: string }> {
  const right = await mayRead(db, key)
  if (right === undefined) throw problem('CASE_NOT_FOUND')
  return right
}
