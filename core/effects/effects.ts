/**
 * The effect ledger (architecture.md, truth table): what leaves the house. Intent first, committed with the act that
 * causes it; then the attempt under a lease; then the partner's answer. The key is unique, so an intent repeated after a
 * crash is the same effect (scoreboard.md B2).
 */
import type { Knex } from 'knex'
import type { ChangePart } from '../cases/change-part.ts'

export type EffectKind = 'ems.create' | 'ems.cancel' | 'sms.send' | 'mail.send'
export type EffectState = 'intended' | 'sending' | 'done' | 'refused'

export interface Effect {
  readonly id: string
  readonly caseId: string
  readonly kind: EffectKind
  readonly key: string
  /** personal data (phones, addresses): never log it */
  readonly request: unknown
  readonly state: EffectState
  /** with the attempt a lease has just begun */
  readonly attempts: number
  readonly intendedAt: Date
  readonly nextAttemptAt: Date
}

const COLUMNS = {
  id: 'e.id',
  caseId: 'e.case_id',
  kind: 'e.kind',
  key: 'e.key',
  request: 'e.request',
  state: 'e.state',
  attempts: 'e.attempts',
  intendedAt: 'e.intended_at',
  nextAttemptAt: 'e.next_attempt_at',
}

export interface EffectIntent {
  readonly caseId: string
  readonly kind: EffectKind
  /** who wants it + what: `<external task id>:ems`, `<case no>:received:sms` */
  readonly key: string
  readonly request: object
  readonly at: Date
  /**
   * The sweeper leaves it alone until then: the topic handler that writes the intent performs it itself, and the sweeper
   * only takes over what a crash has left.
   */
  readonly notBefore?: Date
}

/** @returns the effect of this key, new or known; its state tells which */
export async function intendEffect(trx: Knex.Transaction, intent: EffectIntent): Promise<Effect> {
  const { caseId, kind, key, request, at, notBefore = at } = intent
  const inserted: unknown[] = await trx('effect')
    .insert({
      case_id: caseId,
      kind,
      key,
      request: JSON.stringify(request),
      intended_at: at,
      next_attempt_at: notBefore,
    })
    .onConflict('key')
    .ignore()
    .returning('id')
  if (inserted.length > 0 && intent.notBefore === undefined) {
    await trx.raw(`select pg_notify('effect', '')`)
  }
  return getEffect(trx, key)
}

export async function findEffect(db: Knex, key: string): Promise<Effect | undefined> {
  const row: unknown = await db('effect as e').select(COLUMNS).where('e.key', key).first()
  return row === undefined ? undefined : toEffect(row)
}

export async function getEffect(db: Knex, key: string): Promise<Effect> {
  const found = await findEffect(db, key)
  if (found === undefined) throw new Error('the effect is not in the ledger')
  return found
}

export async function getEffectById(db: Knex, id: string): Promise<Effect> {
  const row: unknown = await db('effect as e').select(COLUMNS).where('e.id', id).first()
  if (row === undefined) throw new Error('the effect is not in the ledger')
  return toEffect(row)
}

export interface Lease {
  /** worker id, for whoever reads the ledger after a crash */
  readonly by: string
  readonly at: Date
  /** longer than the partner's time limit, so that a living holder never loses it */
  readonly ms: number
}

/**
 * Takes this effect for one attempt.
 * @returns undefined when it is settled, held by another, or an earlier attempt asked to wait longer (back-off)
 */
export async function leaseEffect(db: Knex, id: string, lease: Lease): Promise<Effect | undefined> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `update effect as e set ${TAKEN}
      where e.id = :id and ${FREE} and (e.attempts = 0 or e.next_attempt_at <= :at)
     returning ${RETURNED}`,
    { ...bindings(lease), id },
  )
  return rows.map(toEffect)[0]
}

/** Takes up to `limit` effects that are due, oldest first; several sweepers never wait for each other. */
export async function leaseDueEffects(db: Knex, limit: number, lease: Lease): Promise<Effect[]> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `with due as (
       select e.id from effect as e
        where e.next_attempt_at <= :at and ${FREE}
        order by e.next_attempt_at, e.id limit :limit for update skip locked)
     update effect as e set ${TAKEN} from due where e.id = due.id
     returning ${RETURNED}`,
    { ...bindings(lease), limit },
  )
  return rows.map(toEffect)
}

const FREE = `e.settled_at is null and (e.lease_until is null or e.lease_until <= :at)`
const TAKEN = `state = 'sending', attempts = e.attempts + 1, leased_by = :by, lease_until = :until`
const RETURNED = Object.entries(COLUMNS)
  .map(([name, column]) => `${column} as "${name}"`)
  .join(', ')

function bindings({ by, at, ms }: Lease): { by: string; at: Date; until: Date } {
  return { by, at, until: new Date(at.getTime() + ms) }
}

export interface Settlement {
  readonly state: 'done' | 'refused'
  /** the partner's answer without personal data: waybill, receipt id, refusal code */
  readonly answer: object
  readonly at: Date
}

/** The ends of effects as part of a change of their case; that they are open still is for the change's condition to say. */
export function settlementPart(
  ends: readonly (Omit<Settlement, 'at'> & { readonly id: string })[],
  at: Date,
): ChangePart {
  const ids = ends.map(({ id }) => id)
  const states = ends.map(({ state }) => state)
  const answers = ends.map(({ answer }) => JSON.stringify(answer))
  return { sql: SETTLE, values: [at, ids, states, answers] }
}

// A report that came before the answer was settled stays beside it. Lists go in as arrays: of a JSON list PostgreSQL thinks that
// it has 100 rows, and joins a ledger of some thousand effects by reading all of it.
const SETTLE = `
  update effect as e
     set state = s.state, answer = s.answer || coalesce(e.answer, '{}'), settled_at = ?,
         request = e.request #- '{params,queryCode}', lease_until = null, last_error = null
    from held, unnest(?::bigint[], ?::text[], ?::jsonb[]) as s (id, state, answer)
   where e.id = s.id and e.case_id = held.id`

/**
 * Records the end of an effect. Secrets the message carried (the query code) are struck from the request: the ledger
 * says what was sent, it must not let its reader into the case.
 * @returns false when another attempt settled it first; the caller then leaves out what follows from it
 */
export async function settleEffect(
  trx: Knex.Transaction,
  id: string,
  settlement: Settlement,
): Promise<boolean> {
  const settled = await trx('effect')
    .where({ id })
    .whereNull('settled_at')
    .update({
      state: settlement.state,
      answer: JSON.stringify(settlement.answer),
      settled_at: settlement.at,
      request: trx.raw(`request #- '{params,queryCode}'`),
      lease_until: null,
      last_error: null,
    })
  return settled === 1
}

export interface Release {
  readonly error: string
  readonly nextAttemptAt: Date
  /** which attempt gives up: when a later one holds the effect by now, its lease stays untouched */
  readonly attempt?: number
}

/** Gives an attempt up for now; `error` is a code, never a partner's echo of what was sent. */
export async function releaseEffect(
  db: Knex,
  id: string,
  { error, nextAttemptAt, attempt }: Release,
): Promise<void> {
  await db('effect')
    .where({ id, ...(attempt === undefined ? {} : { attempts: attempt }) })
    .whereNull('settled_at')
    .update({
      state: 'intended',
      lease_until: null,
      last_error: error,
      next_attempt_at: nextAttemptAt,
    })
}

/** A refused effect is tried anew because a person (an operator, the applicant) has put right what was wrong. */
export async function reopenEffect(trx: Knex.Transaction, id: string, at: Date): Promise<void> {
  await trx('effect')
    .where({ id, state: 'refused' })
    .update({ state: 'intended', settled_at: null, answer: null, next_attempt_at: at })
}

/** What has not been answered yet, oldest first; for operators and for the fault tests. */
export async function listOpenEffects(db: Knex, limit = 100): Promise<Effect[]> {
  const rows: unknown[] = await db('effect as e')
    .select(COLUMNS)
    .whereNull('e.settled_at')
    .orderBy('e.id')
    .limit(limit)
  return rows.map(toEffect)
}

export async function listCaseEffects(db: Knex, caseId: string): Promise<Effect[]> {
  const rows: unknown[] = await db('effect as e')
    .select(COLUMNS)
    .where('e.case_id', caseId)
    .orderBy('e.id')
  return rows.map(toEffect)
}

function toEffect(row: unknown): Effect {
  const r = row as Effect
  return { ...r, id: String(r.id), caseId: String(r.caseId) }
}
