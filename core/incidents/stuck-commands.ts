/**
 * Commands the engine refuses (workers/outbox), and those that nobody could deliver for an hour. The outbox goes on trying
 * by itself; an operator who has removed the cause need not wait for its next turn.
 */
import type { Knex } from 'knex'
import type { IncidentRow } from '../../contracts/inbox.ts'
import { problem } from '../../contracts/problems.ts'
import { LIST_LIMIT, toIncidentRow, type RawIncident } from './incident-row.ts'
import { LAST_NOTES } from './operator-notes.ts'

const PATIENCE_MS = 3_600_000
/** Due within the minute it may be on its way (the lease of workers/outbox): it is left alone. */
const LEASE_MS = 60_000

const COLUMNS = `'command:' || c.id as id, f.case_no as "caseNo", null as step, 'stuckCommand' as kind, c.kind as topic,
  c.last_error as message, c.created_at as "openedAt", c.done_at as "resolvedAt", n.note as resolution, n.name as "resolvedBy"`
const FROM = `engine_command as c left join case_file as f on f.id = c.case_id`

export async function listStuckCommands(
  db: Knex,
  { resolved, at }: { readonly resolved: boolean; readonly at: Date },
): Promise<IncidentRow[]> {
  const since = new Date(at.getTime() - PATIENCE_MS)
  const { rows } = await (resolved
    ? db.raw<{ rows: RawIncident[] }>(
        `select ${COLUMNS} from ${FROM} join ${LAST_NOTES} as n on n.subject = 'command:' || c.id
          where c.done_at is not null order by c.done_at desc limit ?`,
        [LIST_LIMIT],
      )
    : db.raw<{ rows: RawIncident[] }>(
        `select ${COLUMNS} from ${FROM} left join ${LAST_NOTES} as n on n.subject = 'command:' || c.id
          where c.done_at is null and c.last_error is not null
            and (c.created_at < ? or c.last_error like 'ENGINE_REFUSED%' or c.last_error = 'VERSION_UNKNOWN')
          order by c.created_at limit ?`,
        [since, LIST_LIMIT],
      ))
  return rows.map((row) => toIncidentRow(row, ['retry']))
}

/** @throws INCIDENT_NOT_FOUND, ACT_NOT_ALLOWED when it is delivered */
export async function retryCommand(trx: Knex.Transaction, id: string, at: Date): Promise<void> {
  const row = (await trx('engine_command as c')
    .select({ doneAt: 'c.done_at', lastError: 'c.last_error' })
    .where('c.id', id)
    .forUpdate()
    .first()) as { doneAt: Date | null; lastError: string | null } | undefined
  if (row === undefined || (row.doneAt === null && row.lastError === null))
    throw problem('INCIDENT_NOT_FOUND')
  if (row.doneAt !== null) throw problem('ACT_NOT_ALLOWED', { detail: 'resolved' })
  await trx('engine_command')
    .where({ id })
    .where('next_attempt_at', '>', new Date(at.getTime() + LEASE_MS))
    .update({ next_attempt_at: at })
  await trx.raw(`select pg_notify('engine_command', '')`)
}
