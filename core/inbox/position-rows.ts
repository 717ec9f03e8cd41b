/** Where the token of each case stands: positions, waits and incidents of the projection. */
import type { Knex } from 'knex'
import type { IncidentEvent, InstanceEvent, WaitEvent } from '../../contracts/engine-events.ts'
import type { FlowStep } from '../../contracts/item-package.ts'
import { timeOf } from './fold-events.ts'
import { sqlArray } from './sql-array.ts'

export interface OfCase<E> {
  readonly event: E
  readonly caseId: string
}

export async function insertPositions(
  trx: Knex.Transaction,
  started: readonly OfCase<InstanceEvent>[],
): Promise<void> {
  if (started.length === 0) return
  await trx('case_position')
    .insert(
      started.map(({ event, caseId }) => ({
        case_id: caseId,
        process_instance_id: event.pi,
        definition_id: event.pd ?? null,
        started_at: timeOf(event),
      })),
    )
    .onConflict('case_id')
    .ignore()
}

export async function endPositions(
  trx: Knex.Transaction,
  ended: readonly OfCase<InstanceEvent>[],
): Promise<void> {
  if (ended.length === 0) return
  await trx.raw(
    `with d as (select * from unnest(?::bigint[], ?::timestamptz[], ?::text[]) as d (case_id, at, act)),
          w as (delete from case_wait as w using d where w.case_id = d.case_id)
     update case_position as p set ended_at = d.at, end_activity = d.act from d where p.case_id = d.case_id`,
    [
      ended.map((e) => e.caseId),
      ended.map((e) => timeOf(e.event)),
      sqlArray(ended.map((e) => e.event.endAct ?? null)),
    ],
  )
}

export async function migratePositions(
  trx: Knex.Transaction,
  migrated: readonly OfCase<InstanceEvent>[],
): Promise<void> {
  if (migrated.length === 0) return
  await trx.raw(
    `update case_position as p set definition_id = d.pd
       from unnest(?::bigint[], ?::text[]) as d (case_id, pd) where p.case_id = d.case_id and d.pd is not null`,
    [migrated.map((e) => e.caseId), sqlArray(migrated.map((e) => e.event.pd ?? null))],
  )
}

const WAIT_KINDS: Readonly<Record<string, string>> = {
  userTask: 'user',
  serviceTask: 'topic',
  receiveTask: 'message',
  intermediateMessageCatch: 'message',
  intermediateTimer: 'timer',
}

export function waitKind({ type }: WaitEvent): string {
  return WAIT_KINDS[type] ?? 'other'
}

export interface NewWait extends OfCase<WaitEvent> {
  readonly flowStep: FlowStep | undefined
}

export function isMessageWait(wait: NewWait): boolean {
  return waitKind(wait.event) === 'message' && wait.flowStep?.message !== undefined
}

export async function replaceWaits(
  trx: Knex.Transaction,
  opened: readonly NewWait[],
  closedIds: readonly string[],
): Promise<void> {
  if (opened.length === 0 && closedIds.length === 0) return
  const column = (of: (wait: NewWait) => string | Date | null) => sqlArray(opened.map(of))
  await trx.raw(
    `with gone as (delete from case_wait as w where w.activity_instance_id = any(?))
     insert into case_wait
       (activity_instance_id, case_id, process_instance_id, activity_id, kind, message_name, opened_at)
     select * from unnest(?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[])
     on conflict (activity_instance_id) do nothing`,
    [
      sqlArray(closedIds),
      column((w) => w.event.ai),
      column((w) => w.caseId),
      column((w) => w.event.pi),
      column((w) => w.event.act),
      column((w) => waitKind(w.event)),
      column((w) => w.flowStep?.message ?? null),
      column((w) => timeOf(w.event)),
    ],
  )
}

export async function insertIncidents(
  trx: Knex.Transaction,
  opened: readonly (OfCase<IncidentEvent> & { readonly flowStep: FlowStep | undefined })[],
): Promise<void> {
  if (opened.length === 0) return
  await trx('incident')
    .insert(
      opened.map(({ event, caseId, flowStep }) => ({
        id: event.incident,
        case_id: caseId,
        process_instance_id: event.pi,
        activity_id: event.act ?? null,
        kind: event.type ?? 'unknown',
        external_task_id:
          event.type === 'failedExternalTask' ? (event.configuration ?? null) : null,
        job_id: event.type === 'failedJob' ? (event.configuration ?? null) : null,
        topic: flowStep?.topic ?? null,
        message: event.message ?? null,
        opened_at: timeOf(event),
      })),
    )
    .onConflict('id')
    .ignore()
}

/** Only the engine's own word closes an incident; what the operator did about it is noted beside. */
export async function closeIncidents(
  trx: Knex.Transaction,
  closed: readonly IncidentEvent[],
): Promise<void> {
  if (closed.length === 0) return
  await trx.raw(
    `update incident as i set resolved_at = d.at
       from unnest(?::text[], ?::timestamptz[]) as d (id, at) where i.id = d.id and i.resolved_at is null`,
    [closed.map((e) => e.incident), closed.map(timeOf)],
  )
}
