/** The sender's side of `engine_command`: which command is due, who has it, how it ended. */
import type { Knex } from 'knex'
import type { EngineCommand } from '../../core/cases/engine-commands.ts'

export interface LeasedCommand {
  readonly id: string
  readonly caseId: string | null
  readonly itemVersionId: string | null
  readonly command: EngineCommand
  /** with the attempt the lease has just begun */
  readonly attempts: number
  /** of a start: what the engine's own table says, so a repeat needs no call */
  readonly startedInstance: string | null
  /** of a start: the pinned definition; null while the version is still being deployed */
  readonly definitionId: string | null
}

interface Row {
  readonly id: string | number
  readonly caseId: string | number | null
  readonly itemVersionId: string | number | null
  readonly kind: EngineCommand['kind']
  readonly payload: object
  readonly attempts: number
  readonly startedInstance: string | null
  readonly definitionId: string | null
}

/**
 * Settles what was delivered and takes what is due, in one statement, so that under load a batch costs the database one
 * transaction. One command of a case is out at a time, in its order. Only a cancel passes a command that cannot be
 * delivered, and even it waits for the start: a case that begins after its end would run for ever.
 * The lease is the attempt's time in `next_attempt_at`, so a sender that dies needs no cleaning up after it.
 */
export async function settleAndLease(
  db: Knex,
  options: {
    readonly delivered: readonly string[]
    readonly at: Date
    readonly leaseMs: number
    readonly limit: number
  },
): Promise<LeasedCommand[]> {
  const { delivered, at, leaseMs, limit } = options
  // Both parts see the table as it was before: what is being settled must not stand in the way of what follows it.
  const { rows } = await db.raw<{ rows: Row[] }>(
    `with settled as (
       update engine_command set done_at = :at, last_error = null
        where id = any(:delivered::bigint[]) and done_at is null
     ), due as (
       select c.id from engine_command as c
        where c.done_at is null and c.next_attempt_at <= :at and c.id <> all(:delivered::bigint[])
          and not exists (
            select 1 from engine_command as b
             where b.case_id = c.case_id and b.done_at is null and b.id < c.id
               and b.id <> all(:delivered::bigint[])
               and (c.kind <> 'cancel' or b.kind = 'start'))
        order by c.next_attempt_at, c.id
        limit :limit
        for update of c skip locked)
     update engine_command as c
        set attempts = c.attempts + 1, next_attempt_at = :until
       from due
      where c.id = due.id
     returning c.id, c.case_id as "caseId", c.item_version_id as "itemVersionId", c.kind, c.payload, c.attempts,
       (select s.process_instance_id from engine.engine_start as s
         where c.kind = 'start' and s.business_key = c.payload ->> 'businessKey') as "startedInstance",
       (select v.engine_definition_id from item_version as v
         where c.kind = 'start' and v.id = c.item_version_id) as "definitionId"`,
    { delivered: [...delivered], at, until: new Date(at.getTime() + leaseMs), limit },
  )
  return rows.map(toLeased)
}

export async function postponeCommand(
  db: Knex,
  id: string,
  { error, nextAttemptAt }: { readonly error: string; readonly nextAttemptAt: Date },
): Promise<void> {
  await db('engine_command')
    .where({ id })
    .whereNull('done_at')
    .update({ last_error: error, next_attempt_at: nextAttemptAt })
}

/** Age of the oldest command that should have been delivered by now, in seconds; 0 when none is open. */
export async function outboxLagSeconds(db: Knex, at: Date): Promise<number> {
  const row = (await db('engine_command as c')
    .whereNull('c.done_at')
    .min('c.created_at as oldest')
    .first()) as { oldest: Date | null } | undefined
  const oldest = row?.oldest ?? at
  return Math.max(0, (at.getTime() - oldest.getTime()) / 1000)
}

function toLeased(row: Row): LeasedCommand {
  return {
    id: String(row.id),
    caseId: row.caseId === null ? null : String(row.caseId),
    itemVersionId: row.itemVersionId === null ? null : String(row.itemVersionId),
    command: { kind: row.kind, ...row.payload } as EngineCommand,
    attempts: row.attempts,
    startedInstance: row.startedInstance,
    definitionId: row.definitionId,
  }
}
