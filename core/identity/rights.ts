/**
 * Who may act: rights are tables (item x unit x step -> post, person -> post at a unit), read at the moment of the act.
 * A post counts from `valid_from` up to, not including, `valid_until`.
 */
import type { Knex } from 'knex'
import { problem } from '../../contracts/problems.ts'
import { sql } from '../database/sql.ts'

export interface HeldPost {
  readonly unit: string
  readonly unitName: string
  readonly post: string
  readonly postName: string
  readonly postNameEn: string
}

export interface PersonRights {
  readonly posts: readonly HeldPost[]
  /** may publish item packages */
  readonly designer: boolean
  /** may see and resolve incidents, and release what others hold */
  readonly operator: boolean
}

export const OPERATOR_POST = 'POST-OPERATOR'

/** @param day yyyy-mm-dd in Asia/Shanghai */
export async function personRights(db: Knex, personId: string, day: string): Promise<PersonRights> {
  const rows: (HeldPost & { designs: string | null })[] = await heldPosts(db, personId, day)
    .join('unit as u', 'u.code', 'pp.unit_code')
    .join('post as o', 'o.code', 'pp.post_code')
    .leftJoin('designer_right as d', 'd.post_code', 'pp.post_code')
    .orderBy(['pp.unit_code', 'pp.post_code'])
    .select({
      unit: 'pp.unit_code',
      unitName: 'u.name',
      post: 'pp.post_code',
      postName: 'o.name',
      postNameEn: 'o.name_en',
      designs: 'd.post_code',
    })
  return {
    posts: rows.map(({ unit, unitName, post, postName, postNameEn }) => ({
      unit,
      unitName,
      post,
      postName,
      postNameEn,
    })),
    designer: rows.some((row) => row.designs !== null),
    operator: rows.some((row) => row.post === OPERATOR_POST),
  }
}

export interface StepKey {
  readonly personId: string
  readonly itemCode: string
  readonly unitCode: string
  /** BPMN activity id of the user task */
  readonly step: string
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly day: string
}

/**
 * A subquery: the post by which the person may act, null when none gives the right. Each of its terms is SQL, so that the
 * question can be asked in the statement that reads the task.
 */
export function postThatMayAct(of: {
  readonly person: string
  readonly day: string
  readonly item: string
  readonly unit: string
  readonly step: string
}): string {
  return `select pp.post_code
    from person_post as pp
    join person as p on p.id = pp.person_id
    join step_right as r on r.unit_code = pp.unit_code and r.post_code = pp.post_code
   where p.id = ${of.person} and p.active and pp.valid_from <= ${of.day}
     and (pp.valid_until is null or pp.valid_until > ${of.day})
     and r.item_code = ${of.item} and r.unit_code = ${of.unit} and r.step in (${of.step}, '*')
   order by pp.post_code limit 1`
}

const MAY_ACT = postThatMayAct({ person: '$1', day: '$2', item: '$3', unit: '$4', step: '$5' })

/** @returns the post that gives the right, undefined when none does */
export async function mayAct(db: Knex, key: StepKey): Promise<string | undefined> {
  const { personId, day, itemCode, unitCode, step } = key
  const [row] = await sql<{ post_code: string }>(db, MAY_ACT, [
    personId,
    day,
    itemCode,
    unitCode,
    step,
  ])
  return row?.post_code
}

export async function isOperator(db: Knex, personId: string, day: string): Promise<boolean> {
  const row: unknown = await heldPosts(db, personId, day)
    .where('pp.post_code', OPERATOR_POST)
    .select('pp.post_code')
    .first()
  return row !== undefined
}

/** @throws NOT_YOUR_POST */
export async function requireOperator(db: Knex, personId: string, day: string): Promise<void> {
  if (!(await isOperator(db, personId, day))) throw problem('NOT_YOUR_POST')
}

function heldPosts(db: Knex, personId: string, day: string) {
  return db('person_post as pp')
    .join('person as p', 'p.id', 'pp.person_id')
    .where({ 'p.id': personId, 'p.active': true })
    .where('pp.valid_from', '<=', day)
    .where((q) => void q.whereNull('pp.valid_until').orWhere('pp.valid_until', '>', day))
}
