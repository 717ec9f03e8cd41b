/**
 * Every act on an inbox task opens and ends here, in one transaction under the case lock: the task is open, it is the
 * act of this step, the person has the right and holds the claim, the status allows it.
 */
import type { Knex } from 'knex'
import type { Actor, CaseEventType } from '../../contracts/case-events.ts'
import type { ActResult } from '../../contracts/acts.ts'
import type { StepAct } from '../../contracts/item-package.ts'
import { problem } from '../../contracts/problems.ts'
import type { EngineVariables } from '../../contracts/variables.ts'
import { contextOf, type CaseContext } from '../cases/case-context.ts'
import {
  appendCaseEvent,
  lockCase,
  recordActOnce,
  type NewCaseEvent,
} from '../cases/case-events.ts'
import { deriveStatus } from '../cases/derive-status.ts'
import { putEngineCommand } from '../cases/engine-commands.ts'
import type { CalendarSource } from '../clock/calendar.ts'
import { appendClockEntry } from '../clock/clock-ledger.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import type { ClockEntry } from '../clock/due-dates.ts'
import { requireRight } from '../identity/rights.ts'
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
  readonly trx: Knex.Transaction
  readonly at: Date
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly day: string
  readonly taskId: string
  readonly step: string
  readonly unit: string
  readonly personId: string
  readonly actor: Actor
  readonly context: CaseContext
}

interface TaskRow {
  readonly caseId: string
  readonly step: string
  readonly act: string
  readonly unit: string
  readonly doneAt: Date | null
}

/**
 * @throws TASK_NOT_FOUND, TASK_DONE, NOT_YOUR_POST, TASK_NOT_CLAIMED, TASK_TAKEN, ACT_NOT_ALLOWED
 */
export async function openStep(
  trx: Knex.Transaction,
  clock: Clock,
  { personId, taskId }: StepKey,
  act: StepAct,
): Promise<OpenStep> {
  const { caseId } = await getTask(trx, taskId)
  const row = await lockCase(trx, { caseId })
  // Read again under the lock: what another clerk or the projector did before us is visible now.
  const task = await getTask(trx, taskId)
  const at = clock.now()
  const day = dayOf(at)
  const { step, unit } = task
  const post = await requireRight(trx, {
    personId,
    itemCode: row.itemCode,
    unitCode: unit,
    step,
    day,
  })
  const context = await contextOf(trx, row)
  const status = deriveStatus(context.events)
  if (task.doneAt !== null) throw problem('TASK_DONE', { detail: status })
  if (task.act !== act) throw problem('ACT_NOT_ALLOWED', { allowed: [task.act] })
  requireAllowed(status, act)
  await requireClaim(trx, taskId, personId)
  const actor: Actor = { kind: 'staff', id: personId, unit, post }
  return { trx, at, day, taskId, step, unit, personId, actor, context }
}

async function getTask(db: Knex, taskId: string): Promise<TaskRow> {
  const row = (await db('inbox_task as t')
    .select({
      caseId: 't.case_id',
      step: 't.step',
      act: 't.act',
      unit: 't.unit_code',
      doneAt: 't.done_at',
    })
    .where('t.task_id', taskId)
    .first()) as TaskRow | undefined
  if (row === undefined) throw problem('TASK_NOT_FOUND')
  return { ...row, caseId: String(row.caseId) }
}

/** The claim's row stays locked to the end of the act: an operator's release waits for it. */
async function requireClaim(
  trx: Knex.Transaction,
  taskId: string,
  personId: string,
): Promise<void> {
  const claim = (await trx('task_claim as c')
    .select({ personId: 'c.person_id' })
    .where('c.task_id', taskId)
    .forUpdate()
    .first()) as { personId: string } | undefined
  if (claim === undefined) throw problem('TASK_NOT_CLAIMED')
  if (claim.personId !== personId) throw problem('TASK_TAKEN')
}

export function append<T extends CaseEventType>(
  step: OpenStep,
  event: Pick<NewCaseEvent<T>, 'type' | 'payload'> & { readonly actor?: Actor },
): Promise<number> {
  const { trx, at, actor, context } = step
  return appendCaseEvent<T>(trx, context.case, { at, actor, ...event })
}

/** Moves a clock on the day of the act unless another day is given. */
export function moveClock(
  step: OpenStep,
  entry: Pick<ClockEntry, 'clock' | 'kind'> & { readonly reason: string; readonly onDay?: string },
): Promise<void> {
  return appendClockEntry(step.trx, step.context.case.id, {
    onDay: step.day,
    at: step.at,
    ...entry,
  })
}

/**
 * Ends the task: the engine is told through the outbox, the inbox at once (the clerk reads their own writes).
 * @throws TASK_DONE when the same task was ended before
 */
export async function finishStep(
  step: OpenStep,
  seq: number,
  variables: EngineVariables,
): Promise<ActResult> {
  const { trx, at, taskId, context } = step
  const caseId = context.case.id
  const first =
    (await recordActOnce(trx, caseId, `task:${taskId}`, at)) &&
    (await putEngineCommand(trx, { kind: 'complete', caseId, taskId, variables }, at))
  if (!first) throw problem('TASK_DONE')
  await trx('inbox_task').where({ task_id: taskId }).update({ done_at: at })
  await trx('task_claim').where({ task_id: taskId }).update({ done_at: at })
  return { caseNo: context.case.caseNo, seq, done: true }
}

/** The act is written, the task stays open. */
export function keepOpen(step: OpenStep, seq: number): ActResult {
  return { caseNo: step.context.case.caseNo, seq, done: false }
}
