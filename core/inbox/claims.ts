/** 领办 and 放回: one holder a task, decided by the unique key of `task_claim`, whoever asks first. */
import type { Knex } from 'knex'
import { problem } from '../../contracts/problems.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { isOperator, requireRight } from '../identity/rights.ts'

export interface ClaimKey {
  readonly personId: string
  readonly taskId: string
}

interface ClaimableTask {
  readonly itemCode: string
  readonly unitCode: string
  readonly step: string
  readonly doneAt: Date | null
}

export function createClaims({ db, clock }: { db: Knex; clock: Clock }) {
  /** A repeat by the holder changes nothing. @throws TASK_NOT_FOUND, NOT_YOUR_POST, TASK_DONE, TASK_TAKEN */
  async function claim({ personId, taskId }: ClaimKey): Promise<void> {
    const at = clock.now()
    const { doneAt, ...of } = await getTask(taskId)
    await requireRight(db, { personId, ...of, day: dayOf(at) })
    if (doneAt !== null) throw problem('TASK_DONE')
    const won: unknown[] = await db('task_claim')
      .insert({ task_id: taskId, person_id: personId, at })
      .onConflict('task_id')
      .ignore()
      .returning('task_id')
    if (won.length === 1) return
    if ((await findHolder(db, taskId)) !== personId) throw problem('TASK_TAKEN')
  }

  /**
   * Gives the task back to the post. An operator may free what another person holds (leave, illness); that is audited.
   * @throws TASK_NOT_FOUND, TASK_DONE, TASK_NOT_CLAIMED, TASK_TAKEN
   */
  async function release({ personId, taskId }: ClaimKey): Promise<void> {
    const at = clock.now()
    await db.transaction(async (trx) => {
      if ((await getTask(taskId, trx)).doneAt !== null) throw problem('TASK_DONE')
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

  async function getTask(taskId: string, on: Knex = db): Promise<ClaimableTask> {
    const row = (await on('inbox_task as t')
      .select({
        itemCode: 't.item_code',
        unitCode: 't.unit_code',
        step: 't.step',
        doneAt: 't.done_at',
      })
      .where('t.task_id', taskId)
      .first()) as ClaimableTask | undefined
    if (row === undefined) throw problem('TASK_NOT_FOUND')
    return row
  }

  return { claim, release }
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
