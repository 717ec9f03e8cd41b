/**
 * Every act on an inbox task opens and ends here: the task is open, it is the act of this step, the person has the right
 * and holds the claim, the status allows it. What the act adds is written by one statement, and only if neither the case
 * nor the task nor the claim has changed since it was read.
 */
import type { Knex } from 'knex'
import type { Actor, CaseEventType } from '../../contracts/case-events.ts'
import type { ActResult } from '../../contracts/acts.ts'
import type { StepAct } from '../../contracts/item-package.ts'
import { problem } from '../../contracts/problems.ts'
import type { EngineVariables } from '../../contracts/variables.ts'
import { beginChange, type CaseChange } from '../cases/case-change.ts'
import type { NewCaseEvent } from '../cases/case-events.ts'
import { repeatUntilWritten } from '../cases/change-case.ts'
import { deriveStatus } from '../cases/derive-status.ts'
import { CASE_STATE, toCaseState, type CaseState } from '../cases/load-case.ts'
import { writeChange } from '../cases/write-change.ts'
import type { CalendarSource } from '../clock/calendar.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import type { ClockEntry } from '../clock/due-dates.ts'
import { sql } from '../database/sql.ts'
import { postThatMayAct } from '../identity/rights.ts'
import { requireAllowed } from './acts-table.ts'

export interface DecisionDeps {
  readonly db: Knex
  readonly clock: Clock
  readonly calendar: CalendarSource
}

/** Who acts on which task. */
export interface StepKey {
  readonly personId: string
  readonly taskId: string
}

export interface OpenStep {
  /** for reading only */
  readonly db: Knex
  readonly at: Date
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly day: string
  readonly taskId: string
  readonly step: string
  readonly unit: string
  readonly personId: string
  readonly actor: Actor
  readonly context: CaseState
  readonly change: CaseChange
}

/**
 * @param decide gathers what the act adds in `step.change`; it may run again when the case has changed meanwhile
 * @throws TASK_NOT_FOUND, TASK_DONE, NOT_YOUR_POST, TASK_NOT_CLAIMED, TASK_TAKEN, ACT_NOT_ALLOWED and what `decide` throws
 */
export async function takeStep(
  { db, clock }: Pick<DecisionDeps, 'db' | 'clock'>,
  key: StepKey,
  act: StepAct,
  decide: (step: OpenStep) => Promise<ActResult> | ActResult,
): Promise<ActResult> {
  return repeatUntilWritten(
    db,
    async (on) => {
      const step = await openStep(on, clock.now(), key, act)
      const result = await decide(step)
      return (await writeChange(on, step.change)) && result
    },
    (trx) => sql(trx, LOCK, [key.taskId]),
  )
}

const LOCK = `
  select 1 from case_file where id = (select case_id from inbox_task where task_id = $1) for update`

interface TaskRow {
  readonly step: string
  readonly act: string
  readonly unit: string
  readonly doneAt: Date | null
  readonly holder: string | null
  readonly post: string | null
}

const TASK_AND_CASE = `
  select t.step, t.act, t.unit_code as "unit", t.done_at as "doneAt",
         (select c.person_id from task_claim as c where c.task_id = t.task_id) as "holder",
         (${postThatMayAct({ person: '$2', day: '$3', item: 't.item_code', unit: 't.unit_code', step: 't.step' })}) as "post",
         ${CASE_STATE}
    from inbox_task as t join case_file as f on f.id = t.case_id
   where t.task_id = $1`

async function openStep(
  db: Knex,
  at: Date,
  { personId, taskId }: StepKey,
  act: StepAct,
): Promise<OpenStep> {
  const day = dayOf(at)
  const [row] = await sql<TaskRow>(db, TASK_AND_CASE, [taskId, personId, day])
  if (row === undefined) throw problem('TASK_NOT_FOUND')
  const { step, unit, post, doneAt, holder } = row
  if (post === null) throw problem('NOT_YOUR_POST')
  const context = await toCaseState(db, row)
  const status = deriveStatus(context.events)
  if (doneAt !== null) throw problem('TASK_DONE', { detail: status })
  if (row.act !== act) throw problem('ACT_NOT_ALLOWED', { allowed: [row.act] })
  requireAllowed(status, act)
  if (holder === null) throw problem('TASK_NOT_CLAIMED')
  if (holder !== personId) throw problem('TASK_TAKEN')
  const actor: Actor = { kind: 'staff', id: personId, unit, post }
  const change = beginChange(context, at)
  change.only({ sql: STILL_HELD, values: [taskId, personId] })
  return { db, at, day, taskId, step, unit, personId, actor, context, change }
}

/** The claim and the task stay locked to the end of the statement: an operator's release waits for it. */
const STILL_HELD = `
  select touched.id, touched.case_no
    from touched, inbox_task as t join task_claim as c on c.task_id = t.task_id
   where t.task_id = ? and t.done_at is null and c.person_id = ?
     for update of t, c`

/** @returns the seq of the new event */
export function append<T extends CaseEventType>(
  { change, actor }: OpenStep,
  event: Pick<NewCaseEvent<T>, 'type' | 'payload'> & { readonly actor?: Actor },
): number {
  return change.append<T>({ actor, ...event })
}

/** Moves a clock on the day of the act unless another day is given. */
export function moveClock(
  { change, day }: OpenStep,
  entry: Pick<ClockEntry, 'clock' | 'kind'> & { readonly reason: string; readonly onDay?: string },
): void {
  change.moveClock({ onDay: day, ...entry })
}

/** Ends the task: the engine is told through the outbox, the inbox at once (the clerk reads their own writes). */
export function finishStep(step: OpenStep, seq: number, variables: EngineVariables): ActResult {
  const { change, at, taskId, context } = step
  change.once(`task:${taskId}`)
  change.command({ kind: 'complete', taskId, variables })
  change.also({ sql: END_TASK, values: [at, taskId] })
  change.also({ sql: END_CLAIM, values: [at, taskId] })
  return { caseNo: context.case.caseNo, seq, done: true }
}

const END_TASK = `update inbox_task as t set done_at = ? from held where t.task_id = ?`
const END_CLAIM = `update task_claim as c set done_at = ? from held where c.task_id = ?`

/** The act is written, the task stays open. */
export function keepOpen({ context }: OpenStep, seq: number): ActResult {
  return { caseNo: context.case.caseNo, seq, done: false }
}
