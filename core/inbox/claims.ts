/** 领办 and 放回: one holder a task, decided by the unique key of `task_claim`, whoever asks first. */
import type { Knex } from 'knex'
import { problem } from '../../contracts/problems.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { sql } from '../database/sql.ts'
import { isOperator, postThatMayAct } from '../identity/rights.ts'

export interface ClaimKey {
  readonly personId: string
  readonly taskId: string
}

interface Claimed {
  readonly doneAt: Date | null
  /** null: no right */
  readonly post: string | null
  readonly won: boolean
  /** before this claim */
  readonly holder: string | null
}

const CLAIM = `
  with task as (
    select t.task_id, t.done_at,
           (${postThatMayAct({ person: '$2', day: '$3', item: 't.item_code', unit: 't.unit_code', step: 't.step' })}) as post
      from inbox_task as t where t.task_id = $1),
  won as (
    insert into task_claim (task_id, person_id, at)
    select task.task_id, $2::uuid, $4::timestamptz from task where task.post is not null and task.done_at is null
    on conflict (task_id) do nothing returning task_id)
  select task.done_at as "doneAt", task.post, exists (select 1 from won) as "won",
         (select c.person_id from task_claim as c where c.task_id = $1) as "holder"
    from task`

export function createClaims({ db, clock }: { db: Knex; clock: Clock }) {
  /** A repeat by the holder changes nothing. @throws TASK_NOT_FOUND, NOT_YOUR_POST, TASK_DONE, TASK_TAKEN */
  async function claim({ personId, taskId }: ClaimKey): Promise<void> {
    const at = clock.now()
    const [task] = await sql<Claimed>(db, CLAIM, [taskId, personId, dayOf(at), at])
    if (task === undefined) throw problem('TASK_NOT_FOUND')
    if (task.post === null) throw problem('NOT_YOUR_POST')
    if (task.doneAt !== null) throw problem('TASK_DONE')
    if (task.won) return
    // Unknown to this statement when the rival came while it ran.
    const holder = task.holder ?? (await findHolder(db, taskId))
    if (holder !== personId) throw problem('TASK_TAKEN')
  }

  /**
   * Gives the task back to the post. An operator may free what another person holds (leave, illness); that is audited.
   * @throws TASK_NOT_FOUND, TASK_DONE, TASK_NOT_CLAIMED, TASK_TAKEN
   */
  async function release({ personId, taskId }: ClaimKey): Promise<void> {
    const at = clock.now()
    await db.transaction(async (trx) => {
      if (await isDone(trx, taskId)) throw problem('TASK_DONE')
      const holder = await findHolder(trx, taskId, { lock: true })
      if (holder === undefined) throw problem('TASK_NOT_CLAIMED')
      if (holder !== personId) {
        if (!(await isOperator(trx, personId, dayOf(at)))) throw problem('TASK_TAKEN')
        await trx('audit').insert({
          at,
          actor: JSON.stringify({ kind: 'staff', id: personId }),
          act: 'task.release',
          subject: taskId,
          detail: JSON.stringify({ holder }),
        })
      }
      // An act that ended the task while we waited for its lock has kept the claim as "done by".
      const freed = await trx('task_claim').where({ task_id: taskId }).whereNull('done_at').delete()
      if (freed === 0) throw problem('TASK_DONE')
    })
  }

  return { claim, release }
}

/** @throws TASK_NOT_FOUND */
async function isDone(db: Knex, taskId: string): Promise<boolean> {
  const row = (await db('inbox_task as t')
    .select({ doneAt: 't.done_at' })
    .where('t.task_id', taskId)
    .first()) as { doneAt: Date | null } | undefined
  if (row === undefined) throw problem('TASK_NOT_FOUND')
  return row.doneAt !== null
}

export type Claims = ReturnType<typeof createClaims>

async function findHolder(
  db: Knex,
  taskId: string,
  { lock = false } = {},
): Promise<string | undefined> {
  const query = db('task_claim as c').select({ personId: 'c.person_id' }).where('c.task_id', taskId)
  const row = (await (lock ? query.forUpdate() : query).first()) as { personId: string } | undefined
  return row?.personId
}
