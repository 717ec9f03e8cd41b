/** Inbox rows: who must act next, with everything the clerk's list shows, so that a page reads one table. */
import type { Knex } from 'knex'
import type { TaskEvent } from '../../contracts/engine-events.ts'
import type { FlowStep, Step } from '../../contracts/item-package.ts'
import type { DueDates } from '../clock/due-dates.ts'
import { timeOf } from './fold-events.ts'
import type { ProjectedCase } from './projected-cases.ts'
import { sqlArray } from './sql-array.ts'

interface NewTask {
  readonly event: TaskEvent
  readonly of: ProjectedCase
}

export async function insertTasks(trx: Knex.Transaction, tasks: readonly NewTask[]): Promise<void> {
  if (tasks.length === 0) return
  await trx('inbox_task').insert(tasks.map(toRow)).onConflict('task_id').ignore()
}

function toRow({ event, of }: NewTask) {
  const id = event.act ?? ''
  const step: Partial<Step> = of.version.package.steps[id] ?? {}
  const flowStep: Partial<FlowStep> = of.version.steps.find((s) => s.id === id) ?? {}
  const { caseNo } = of.case
  const itemName = of.version.package.guide.taskName.zh
  return {
    task_id: event.task,
    case_id: of.case.id,
    process_instance_id: event.pi,
    step: id,
    // The package check refuses a user task without act and post; one that came in otherwise is the operators' to see.
    act: step.act ?? 'none',
    unit_code: step.unit === 'handling' ? of.case.handlingUnit : of.case.decidingUnit,
    post_code: step.post ?? flowStep.candidatePost ?? 'POST-OPERATOR',
    item_code: of.case.itemCode,
    case_no: caseNo,
    item_name: itemName,
    step_name: event.name ?? flowStep.name ?? id,
    applicant_masked: of.applicantMasked,
    channel: of.case.channel,
    submitted_at: of.case.submittedAt,
    opened_at: timeOf(event),
    ...dueOf(step.act, of.due),
    search: searchText(caseNo, itemName, of.applicantMasked),
  }
}

/** Each step shows the clock that runs while it is open: acceptance (art. 32), handling (42) or delivery (44). */
function dueOf(act: string | undefined, due: DueDates) {
  if (act === 'accept') return { promised_on: due.acceptBy ?? null, legal_on: due.acceptBy ?? null }
  if (act === 'hand-over')
    return { promised_on: due.deliverBy ?? null, legal_on: due.deliverBy ?? null }
  return { promised_on: due.promisedOn ?? null, legal_on: due.legalOn ?? null }
}

function searchText(caseNo: string, itemName: string, applicant: string): string {
  return `${caseNo} ${itemName} ${applicant}`.toLowerCase()
}

/**
 * Brings rows of touched cases up to the ledger and the latest form: an acceptance starts the handling clock, a
 * correction may change a name. Done rows too, so that a rebuild from zero gives the same table.
 */
export async function refreshTasks(
  trx: Knex.Transaction,
  cases: ReadonlyMap<string, ProjectedCase>,
): Promise<void> {
  const columns = [...cases.values()].map((of) => {
    const accept = dueOf('accept', of.due)
    const handOver = dueOf('hand-over', of.due)
    const other = dueOf(undefined, of.due)
    return [
      of.case.id,
      of.applicantMasked,
      searchText(of.case.caseNo, of.version.package.guide.taskName.zh, of.applicantMasked),
      accept.promised_on,
      handOver.promised_on,
      other.promised_on,
      other.legal_on,
    ]
  })
  await trx.raw(
    `with facts as (
       select * from unnest(?::bigint[], ?::text[], ?::text[], ?::date[], ?::date[], ?::date[], ?::date[])
         as f (case_id, applicant, search, accept_by, deliver_by, promised_on, legal_on)),
     shown as (
       select t.task_id, f.applicant, f.search,
              case t.act when 'accept' then f.accept_by when 'hand-over' then f.deliver_by else f.promised_on end as promised_on,
              case t.act when 'accept' then f.accept_by when 'hand-over' then f.deliver_by else f.legal_on end as legal_on
         from facts as f join inbox_task as t on t.case_id = f.case_id)
     update inbox_task as t
        set applicant_masked = s.applicant, search = s.search, promised_on = s.promised_on, legal_on = s.legal_on
       from shown as s
      where t.task_id = s.task_id
        and (t.applicant_masked, t.search, t.promised_on, t.legal_on)
            is distinct from (s.applicant, s.search, s.promised_on, s.legal_on)`,
    [0, 1, 2, 3, 4, 5, 6].map((i) => sqlArray(columns.map((row) => row[i] ?? null))),
  )
}

/**
 * The engine's time replaces the time of the clerk's own click, so that a rebuild gives the same row. A finished
 * instance leaves no open task.
 * @param ended case id -> end of its instance
 */
export async function closeTasks(
  trx: Knex.Transaction,
  closed: ReadonlyMap<string, TaskEvent>,
  ended: ReadonlyMap<string, Date>,
): Promise<void> {
  if (closed.size > 0) {
    const ids = [...closed.keys()]
    await trx.raw(
      `with d as (select * from unnest(?::text[], ?::timestamptz[]) as d (task_id, at)),
            t as (update inbox_task as t set done_at = d.at from d where t.task_id = d.task_id)
       update task_claim as c set done_at = d.at from d where c.task_id = d.task_id and c.done_at is null`,
      [ids, [...closed.values()].map(timeOf)],
    )
  }
  if (ended.size > 0) {
    await trx.raw(
      `update inbox_task as t set done_at = d.at
         from unnest(?::bigint[], ?::timestamptz[]) as d (case_id, at)
        where t.case_id = d.case_id and t.done_at is null`,
      [[...ended.keys()], [...ended.values()]],
    )
  }
}
