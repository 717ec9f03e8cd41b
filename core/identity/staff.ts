/** The persons of the office. A person is one person however many posts they hold. */
import type { Knex } from 'knex'

export interface Person {
  readonly id: string
  /** `sub` of the OIDC issuer */
  readonly subject: string
  readonly staffNo: string
  readonly name: string
  readonly active: boolean
}

const COLUMNS = {
  id: 'p.id',
  subject: 'p.subject',
  staffNo: 'p.staff_no',
  name: 'p.name',
  active: 'p.active',
}

export async function findPerson(db: Knex, id: string): Promise<Person | undefined> {
  return (await db('person as p').select(COLUMNS).where('p.id', id).first()) as Person | undefined
}

/** Only active persons sign in: an unknown or retired subject gives undefined. */
export async function findPersonBySubject(db: Knex, subject: string): Promise<Person | undefined> {
  return (await db('person as p')
    .select(COLUMNS)
    .where({ 'p.subject': subject, 'p.active': true })
    .first()) as Person | undefined
}

export async function listPersonsByStaffNo(
  db: Knex,
  staffNos: readonly string[],
): Promise<Person[]> {
  return (await db('person as p')
    .select(COLUMNS)
    .whereIn('p.staff_no', staffNos)
    .where('p.active', true)
    .orderBy('p.staff_no')) as Person[]
}

/** Everyone who may act at a step, e.g. to choose the second inspector. `day` yyyy-mm-dd. */
export async function listColleagues(
  db: Knex,
  key: {
    readonly itemCode: string
    readonly unitCode: string
    readonly step: string
    readonly day: string
  },
): Promise<Pick<Person, 'id' | 'staffNo' | 'name'>[]> {
  return (await db('person as p')
    .distinct({ id: 'p.id', staffNo: 'p.staff_no', name: 'p.name' })
    .join('person_post as pp', 'pp.person_id', 'p.id')
    .join('step_right as r', (on) => {
      on.on('r.unit_code', 'pp.unit_code').andOn('r.post_code', 'pp.post_code')
    })
    .where({ 'p.active': true, 'r.item_code': key.itemCode, 'r.unit_code': key.unitCode })
    .whereIn('r.step', [key.step, '*'])
    .where('pp.valid_from', '<=', key.day)
    .where((q) => void q.whereNull('pp.valid_until').orWhere('pp.valid_until', '>', key.day))
    .orderBy('staffNo')) as Pick<Person, 'id' | 'staffNo' | 'name'>[]
}
