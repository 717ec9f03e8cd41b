/**
 * Writes a change of a case by one statement: all of it, or nothing when the case has moved on since it was read. (When only the
 * change's own condition fails, the revision grows: a new ETag for the same content.)
 */
import type { Knex } from 'knex'
import { sql } from '../database/sql.ts'
import type { CaseChange } from './case-change.ts'
import type { ChangePart } from './change-part.ts'
import { subjectOf } from './engine-commands.ts'

export interface WrittenChange {
  /** effect key -> id, for whoever performs what was intended */
  readonly effects: ReadonlyMap<string, string>
}

/**
 * The row of the case is taken first (as `lockCase` does), so that everybody takes locks in the same order; its revision
 * must be the one that was read. Listeners of `case_changed`, `engine_command` and `effect` hear of it at commit.
 * @returns undefined when the case has moved on, or the change's own condition does not hold: read again and decide again
 */
export async function writeChange(
  db: Knex,
  change: CaseChange,
): Promise<WrittenChange | undefined> {
  return run(db, touch(change), change)
}

const touch = ({ of }: CaseChange): ChangePart => ({
  sql: `update case_file set revision = revision + 1 where id = ? and revision = ? returning id, case_no`,
  values: [of.id, of.revision],
})

/**
 * The same for a case that this very statement makes.
 * @param made inserts the row of `case_file` and returns id and case_no; no row, no case
 */
export async function writeNewCase(
  db: Knex,
  made: ChangePart,
  change: CaseChange,
): Promise<WrittenChange | undefined> {
  return run(db, made, change)
}

interface Row {
  readonly effects: readonly { readonly id: string | number; readonly key: string }[] | null
}

async function run(
  db: Knex,
  touched: ChangePart,
  change: CaseChange,
): Promise<WrittenChange | undefined> {
  const values: unknown[] = []
  const numbered = (part: ChangePart) => {
    let at = 0
    return part.sql.replace(/\?/g, () => `$${values.push(part.values[at++])}`)
  }
  const ctes = [
    `touched as (${numbered(touched)})`,
    `held as (${numbered(change.guard() ?? { sql: 'select id, case_no from touched', values: [] })})`,
    ...partsOf(change).map((part, i) => `${part.name ?? `part${i + 1}`} as (${numbered(part)})`),
  ]
  const effects = change.effects.length > 0
  if (effects) ctes.push(`intended as (${numbered(effectsPart(change))})`)
  const rows = await sql<Row>(
    db,
    `with ${ctes.join(',\n')}
     select ${[...signals(change), effects ? INTENDED : 'null as effects'].join(', ')} from held`,
    values,
  )
  const [row] = rows
  return row && { effects: new Map((row.effects ?? []).map(({ key, id }) => [key, String(id)])) }
}

const INTENDED = `(select json_agg(json_build_object('id', i.id, 'key', i.key)) from intended as i) as effects`

function signals({ commands, effects }: CaseChange): string[] {
  const others = effects.some((effect) => effect.lease === undefined)
  return [
    `pg_notify('case_changed', case_no)`,
    ...(commands.length > 0 ? [`pg_notify('engine_command', '')`] : []),
    ...(others ? [`pg_notify('effect', '')`] : []),
  ]
}

/** Each list is one parameter, so the text of the statement depends only on which lists there are. */
function partsOf(change: CaseChange): ChangePart[] {
  const { at, events, clock, acts, commands, snapshots, parts } = change
  const list = (rows: readonly object[], text: string): ChangePart[] =>
    rows.length === 0 ? [] : [{ sql: text, values: [JSON.stringify(rows)] }]
  return [
    ...list(events, EVENTS),
    ...list(
      clock.map((entry) => ({ ...entry, at })),
      CLOCK,
    ),
    ...list(
      acts.map((key) => ({ key, at })),
      ACTS,
    ),
    ...list(
      commands.map((command) => {
        const { kind, ...payload } = command
        const version = command.kind === 'start' ? command.itemVersionId : null
        return { kind, version, subject: subjectOf(command), payload, at }
      }),
      COMMANDS,
    ),
    ...list(
      snapshots.map((snapshot) => ({ ...snapshot, at })),
      SNAPSHOTS,
    ),
    ...parts,
  ]
}

const EVENTS = `
  insert into case_event (case_id, seq, type, at, actor, payload, prev_hash, hash)
  select held.id, e.* from held, json_to_recordset(?::json)
    as e (seq integer, type text, at timestamptz, actor jsonb, payload jsonb, prev_hash text, hash text)`

const CLOCK = `
  insert into clock_entry (case_id, seq, clock, kind, on_day, reason, at)
  select held.id, c.* from held, json_to_recordset(?::json)
    as c (seq integer, clock text, kind text, "onDay" date, reason text, at timestamptz)`

const ACTS = `
  insert into case_act (case_id, key, at)
  select held.id, a.* from held, json_to_recordset(?::json) as a (key text, at timestamptz)`

const COMMANDS = `
  insert into engine_command (case_id, kind, item_version_id, dedupe_key, payload, created_at, next_attempt_at)
  select held.id, c.kind, c.version, c.kind || ':' || coalesce(c.subject, held.id::text),
         c.payload || jsonb_build_object('caseId', held.id::text), c.at, c.at
    from held, json_to_recordset(?::json) as c (kind text, version bigint, subject text, payload jsonb, at timestamptz)
  on conflict (dedupe_key) do nothing`

const SNAPSHOTS = `
  insert into case_form (case_id, snapshot, form, transport, at)
  select held.id, s.* from held, json_to_recordset(?::json)
    as s (snapshot integer, form jsonb, transport jsonb, at timestamptz)`

function effectsPart({ at, effects }: CaseChange): ChangePart {
  const rows = effects.map(({ kind, key, request, notBefore, lease }) => ({
    kind,
    key,
    request,
    state: lease === undefined ? 'intended' : 'sending',
    attempts: lease === undefined ? 0 : 1,
    leased_by: lease?.by ?? null,
    lease_until: lease?.until ?? null,
    next_attempt_at: notBefore ?? at,
    at,
  }))
  return { sql: EFFECTS, values: [JSON.stringify(rows)] }
}

const EFFECTS = `
  insert into effect (case_id, kind, key, request, state, attempts, leased_by, lease_until, next_attempt_at, intended_at)
  select held.id, e.* from held, json_to_recordset(?::json)
    as e (kind text, key text, request jsonb, state text, attempts integer, leased_by text, lease_until timestamptz,
          next_attempt_at timestamptz, at timestamptz)
  on conflict (key) do nothing
  returning id, key`
