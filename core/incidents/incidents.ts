/**
 * What the machine could not do: shown to operators, who put right what failed and let the engine try again. The engine's
 * own event closes an incident, never we: what was not repaired stays on the list.
 */
import type { Knex } from 'knex'
import type { IncidentRow } from '../../contracts/inbox.ts'
import { problem } from '../../contracts/problems.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { requireOperator } from '../identity/rights.ts'

/** What the gateway needs to let the engine try again. */
export interface RetryTarget {
  readonly externalTaskId: string
}

const LIST_LIMIT = 200

export function createIncidents({ db, clock }: { db: Knex; clock: Clock }) {
  /** Oldest first, open ones by default. @throws NOT_YOUR_POST */
  async function list(
    personId: string,
    { resolved = false }: { readonly resolved?: boolean } = {},
  ): Promise<IncidentRow[]> {
    await requireOperator(db, personId, dayOf(clock.now()))
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
      })
      .limit(LIST_LIMIT)
    const rows = (await (resolved
      ? query.whereNotNull('i.resolved_at').orderBy('i.resolved_at', 'desc')
      : query.whereNull('i.resolved_at').orderBy('i.opened_at'))) as RawIncident[]
    return rows.map(toIncidentRow)
  }

  /**
   * Notes what was done and says what to retry. Committed before the engine is asked: should that fail, the incident is
   * still open with its note and the operator asks again.
   * @throws NOT_YOUR_POST, INCIDENT_NOT_FOUND, ACT_NOT_ALLOWED when it is resolved or nothing an operator can retry
   */
  async function prepareRetry(
    key: { readonly personId: string; readonly incidentId: string },
    note: string,
  ): Promise<RetryTarget> {
    const at = clock.now()
    return db.transaction(async (trx) => {
      await requireOperator(trx, key.personId, dayOf(at))
      const row = (await trx('incident as i')
        .select({ externalTaskId: 'i.external_task_id', resolvedAt: 'i.resolved_at' })
        .where('i.id', key.incidentId)
        .forUpdate()
        .first()) as { externalTaskId: string | null; resolvedAt: Date | null } | undefined
      if (row === undefined) throw problem('INCIDENT_NOT_FOUND')
      if (row.resolvedAt !== null) throw problem('ACT_NOT_ALLOWED', { detail: 'resolved' })
      if (row.externalTaskId === null)
        throw problem('ACT_NOT_ALLOWED', { detail: 'not an external task' })
      await trx('incident')
        .where({ id: key.incidentId })
        .update({ resolved_by: key.personId, resolution: note })
      await trx('audit').insert({
        at,
        actor: JSON.stringify({ kind: 'staff', id: key.personId }),
        act: 'incident.retry',
        subject: key.incidentId,
        detail: JSON.stringify({ note }),
      })
      return { externalTaskId: row.externalTaskId }
    })
  }

  return { list, prepareRetry }
}

export type Incidents = ReturnType<typeof createIncidents>

type RawIncident = {
  readonly [K in keyof Omit<IncidentRow, 'openedAt' | 'resolvedAt'>]-?: string | null
} & { readonly openedAt: Date; readonly resolvedAt: Date | null }

function toIncidentRow(row: RawIncident): IncidentRow {
  const { id, kind, openedAt, resolvedAt, ...optional } = row
  const present = Object.fromEntries(Object.entries(optional).filter(([, v]) => v !== null))
  return {
    ...present,
    id: id ?? '',
    kind: kind ?? '',
    openedAt: openedAt.toISOString(),
    ...(resolvedAt === null ? {} : { resolvedAt: resolvedAt.toISOString() }),
  }
}
