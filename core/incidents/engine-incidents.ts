/** Incidents of the engine itself. Its own event closes one, never we: what was not repaired stays on the list. */
import type { Knex } from 'knex'
import type { IncidentRow } from '../../contracts/inbox.ts'
import { problem } from '../../contracts/problems.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { LIST_LIMIT, toIncidentRow, type RawIncident } from './incident-row.ts'

/** What the gateway needs to let the engine try again. */
export type RetryTarget =
  | { readonly kind: 'external-task'; readonly externalTaskId: string }
  | { readonly kind: 'job'; readonly jobId: string }

interface Retryable {
  readonly externalTaskId: string | null
  readonly jobId: string | null
}

export async function listEngineIncidents(
  db: Knex,
  { resolved }: { readonly resolved: boolean },
): Promise<IncidentRow[]> {
  const query = db('incident as i')
    .leftJoin('case_file as f', 'f.id', 'i.case_id')
    .leftJoin('person as p', 'p.id', 'i.resolved_by')
    .select({
      id: 'i.id',
      caseNo: 'f.case_no',
      step: 'i.activity_id',
      kind: 'i.kind',
      topic: 'i.topic',
      message: 'i.message',
      openedAt: 'i.opened_at',
      resolvedAt: 'i.resolved_at',
      resolution: 'i.resolution',
      resolvedBy: 'p.name',
      externalTaskId: 'i.external_task_id',
      jobId: 'i.job_id',
    })
    .limit(LIST_LIMIT)
  const rows = (await (resolved
    ? query.whereNotNull('i.resolved_at').orderBy('i.resolved_at', 'desc')
    : query.whereNull('i.resolved_at').orderBy('i.opened_at'))) as (RawIncident & Retryable)[]
  return rows.map(({ externalTaskId, jobId, ...row }) =>
    toIncidentRow(row, targetOf({ externalTaskId, jobId }) === undefined ? [] : ['retry']),
  )
}

/**
 * Notes what was done and says what to retry. Committed before the engine is asked: should that fail, the incident is
 * still open with its note and the operator asks again.
 * @throws INCIDENT_NOT_FOUND, ACT_NOT_ALLOWED when it is resolved or nothing an operator can retry
 */
export async function noteEngineRetry(
  trx: Knex.Transaction,
  of: {
    readonly incidentId: string
    readonly personId: string
    readonly note: string
    readonly at: Date
  },
): Promise<RetryTarget> {
  const row = (await trx('incident as i')
    .select({
      externalTaskId: 'i.external_task_id',
      jobId: 'i.job_id',
      resolvedAt: 'i.resolved_at',
    })
    .where('i.id', of.incidentId)
    .forUpdate()
    .first()) as (Retryable & { resolvedAt: Date | null }) | undefined
  if (row === undefined) throw problem('INCIDENT_NOT_FOUND')
  if (row.resolvedAt !== null) throw problem('ACT_NOT_ALLOWED', { detail: 'resolved' })
  const target = targetOf(row)
  if (target === undefined) throw problem('ACT_NOT_ALLOWED', { detail: 'nothing to try again' })
  await trx('incident')
    .where({ id: of.incidentId })
    .update({ resolved_by: of.personId, resolution: of.note })
  await recordAudit(trx, {
    at: of.at,
    actor: { kind: 'staff', id: of.personId },
    act: 'incident.retry',
    subject: of.incidentId,
    detail: { note: of.note },
  })
  return target
}

function targetOf({ externalTaskId, jobId }: Retryable): RetryTarget | undefined {
  if (externalTaskId !== null) return { kind: 'external-task', externalTaskId }
  return jobId === null ? undefined : { kind: 'job', jobId }
}
