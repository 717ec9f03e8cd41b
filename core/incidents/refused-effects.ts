/**
 * Messages and cancellations a partner refused (core/effects). They hold up no case, so nothing else tells anyone: an
 * operator sends them again, or takes note that the applicant is told in another way. A refused booking is an incident
 * of its step and stands on the list as that.
 */
import type { Knex } from 'knex'
import type { IncidentRow } from '../../contracts/inbox.ts'
import { problem } from '../../contracts/problems.ts'
import { queryCodeOf } from '../cases/case-access.ts'
import { reopenEffect } from '../effects/effects.ts'
import { LIST_LIMIT, toIncidentRow, type RawIncident } from './incident-row.ts'
import { LAST_NOTES } from './operator-notes.ts'

export async function listRefusedEffects(
  db: Knex,
  { resolved }: { readonly resolved: boolean },
): Promise<IncidentRow[]> {
  const seen = `(e.state = 'refused' and n.act = 'seen')`
  const { rows } = await db.raw<{ rows: RawIncident[] }>(
    `select 'effect:' || e.id as id, f.case_no as "caseNo", null as step, 'refusedEffect' as kind, e.kind as topic,
            e.answer ->> 'code' as message, e.intended_at as "openedAt",
            case when ${seen} then n.at when e.state = 'done' then e.settled_at end as "resolvedAt",
            n.note as resolution, n.name as "resolvedBy"
       from effect as e
       join case_file as f on f.id = e.case_id
       left join ${LAST_NOTES} as n on n.subject = 'effect:' || e.id
      where e.kind <> 'ems.create'
        and ${
          resolved
            ? `n.subject is not null and (e.state = 'done' or ${seen})`
            : `e.state = 'refused' and n.act is distinct from 'seen'`
        }
      order by ${resolved ? '"resolvedAt" desc' : 'e.intended_at'} limit ?`,
    [LIST_LIMIT],
  )
  return rows.map((row) => toIncidentRow(row, ['retry', 'seen']))
}

/** Sends it again. The query code, struck when it was settled, is derived anew. @throws see `requireRefused` */
export async function resendEffect(
  trx: Knex.Transaction,
  { id, at, queryKey }: { readonly id: string; readonly at: Date; readonly queryKey: Buffer },
): Promise<void> {
  const { caseNo } = await requireRefused(trx, id)
  await reopenEffect(trx, id, at)
  await trx('effect')
    .where({ id })
    .whereRaw(`request ->> 'notice' = 'received'`)
    .update({
      request: trx.raw(`jsonb_set(request, '{params,queryCode}', to_jsonb(?::text))`, [
        queryCodeOf(queryKey, caseNo),
      ]),
    })
  await trx.raw(`select pg_notify('effect', '')`)
}

/** @throws INCIDENT_NOT_FOUND, ACT_NOT_ALLOWED when it is under way or done */
export async function requireRefused(
  trx: Knex.Transaction,
  id: string,
): Promise<{ readonly caseNo: string }> {
  const row = (await trx('effect as e')
    .join('case_file as f', 'f.id', 'e.case_id')
    .select({ state: 'e.state', caseNo: 'f.case_no' })
    .where('e.id', id)
    .whereNot('e.kind', 'ems.create')
    .forUpdate('e')
    .first()) as { state: string; caseNo: string } | undefined
  if (row === undefined) throw problem('INCIDENT_NOT_FOUND')
  if (row.state !== 'refused') throw problem('ACT_NOT_ALLOWED', { detail: row.state })
  return row
}
