/** The rest of the case file that the desk shows beside `loadCaseContext`: names of the actors, open tasks with claims. */
import type { Knex } from 'knex'
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { StepAct } from '../../contracts/item-package.ts'

export interface DeskTask {
  readonly taskId: string
  readonly step: string
  readonly stepName: string
  readonly act: StepAct
  readonly unit: string
  readonly post: string
  readonly openedAt: Date
  readonly claimedBy: string | null
  readonly claimedName: string | null
}

export async function listOpenTasks(db: Knex, caseId: string): Promise<DeskTask[]> {
  return (await db('inbox_task as t')
    .leftJoin('task_claim as c', 'c.task_id', 't.task_id')
    .leftJoin('person as p', 'p.id', 'c.person_id')
    .select({
      taskId: 't.task_id',
      step: 't.step',
      stepName: 't.step_name',
      act: 't.act',
      unit: 't.unit_code',
      post: 't.post_code',
      openedAt: 't.opened_at',
      claimedBy: 'c.person_id',
      claimedName: 'p.name',
    })
    .where('t.case_id', caseId)
    .whereNull('t.done_at')
    .orderBy('t.opened_at')) as DeskTask[]
}

/** @returns person id -> name, for the staff among the actors */
export async function listActorNames(
  db: Knex,
  events: readonly CaseEvent[],
): Promise<Map<string, string>> {
  const ids = new Set(events.filter((e) => e.actor.kind === 'staff').map((e) => e.actor.id))
  if (ids.size === 0) return new Map()
  const rows = (await db('person as p')
    .select('p.id', 'p.name')
    .whereIn('p.id', [...ids])) as { id: string; name: string }[]
  return new Map(rows.map((row) => [row.id, row.name]))
}
