/**
 * Staff sessions. The browser holds 256 random bits, the database only their SHA-256: whoever reads the table cannot
 * sign in with it. A session ends after 30 idle minutes, after 12 hours, at logout, or when the person is retired.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock/clock.ts'
import { sql } from '../database/sql.ts'

const IDLE_MS = 30 * 60_000
const ABSOLUTE_MS = 12 * 3_600_000
/** `seen_at` moves at most once a minute: a page load with ten requests is one write. */
const TOUCH_MS = 60_000
/**
 * A session just looked up is believed for so long: a page load with ten requests is one look-up. A logout at another node
 * and a retirement take effect that much later; acts that need a post ask for it anew (rights.ts).
 */
export const BELIEVED_MS = 2_000

export interface StaffSession {
  readonly personId: string
  readonly csrfToken: string
  /** id_token_hint of the logout at the issuer */
  readonly idToken?: string
  readonly expiresAt: Date
}

export interface NewStaffSession extends StaffSession {
  /** for the cookie; exists nowhere else */
  readonly token: string
}

export function createSessions({ db, clock }: { db: Knex; clock: Clock }) {
  /** by hash, as in the table */
  const believed = new LRUCache<string, { readonly session: StaffSession; readonly at: Date }>({
    max: 5_000,
    ttl: BELIEVED_MS,
  })
  let ended = 0

  /** A new session at every sign-in: a token from before it is worth nothing (session fixation). */
  async function create(of: { personId: string; idToken?: string }): Promise<NewStaffSession> {
    const token = randomBytes(32).toString('base64url')
    const csrfToken = randomBytes(32).toString('base64url')
    const at = clock.now()
    const expiresAt = new Date(at.getTime() + ABSOLUTE_MS)
    await db('staff_session').insert({
      id_hash: hashOf(token),
      person_id: of.personId,
      csrf_token: csrfToken,
      id_token: of.idToken ?? null,
      created_at: at,
      seen_at: at,
      expires_at: expiresAt,
    })
    return { ...of, token, csrfToken, expiresAt }
  }

  /** @returns the live session and notes that it was used; undefined when it never was, has ended or idled out */
  async function find(token: string): Promise<StaffSession | undefined> {
    const at = clock.now()
    const hash = hashOf(token)
    const known = believed.get(hash)
    if (known !== undefined && isBelieved(known, at)) return known.session
    const endedBefore = ended
    const idle = new Date(at.getTime() - IDLE_MS)
    const [row] = await sql<SessionRow>(db, FIND, [hash, at, idle])
    if (row === undefined) return undefined
    if (at.getTime() - row.seenAt.getTime() >= TOUCH_MS) await touch(hash, at)
    const { personId, csrfToken, idToken, expiresAt } = row
    const session = { personId, csrfToken, expiresAt, ...(idToken === null ? {} : { idToken }) }
    // Perhaps ended while it was being read.
    if (ended === endedBefore) believed.set(hash, { session, at })
    return session
  }

  async function touch(hash: string, at: Date): Promise<void> {
    // Never backwards: two requests of one page may arrive here out of order.
    await db('staff_session')
      .where('id_hash', hash)
      .where('seen_at', '<', at)
      .update({ seen_at: at })
  }

  async function end(token: string): Promise<void> {
    const hash = hashOf(token)
    await db('staff_session').where('id_hash', hash).delete()
    ended += 1
    believed.delete(hash)
  }

  /** @returns how many ended sessions were swept */
  async function sweep(): Promise<number> {
    const at = clock.now()
    return db('staff_session')
      .where('expires_at', '<=', at)
      .orWhere('seen_at', '<=', new Date(at.getTime() - IDLE_MS))
      .delete()
  }

  return { create, find, end, sweep }
}

function isBelieved(
  { session, at }: { readonly session: StaffSession; readonly at: Date },
  now: Date,
): boolean {
  const age = now.getTime() - at.getTime()
  return age >= 0 && age < BELIEVED_MS && session.expiresAt > now
}

const FIND = `
  select s.person_id as "personId", s.csrf_token as "csrfToken", s.id_token as "idToken", s.seen_at as "seenAt",
         s.expires_at as "expiresAt"
    from staff_session as s join person as p on p.id = s.person_id
   where s.id_hash = $1 and s.expires_at > $2 and s.seen_at > $3 and p.active`

export type Sessions = ReturnType<typeof createSessions>

interface SessionRow {
  readonly personId: string
  readonly csrfToken: string
  readonly idToken: string | null
  readonly seenAt: Date
  readonly expiresAt: Date
}

function hashOf(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}
