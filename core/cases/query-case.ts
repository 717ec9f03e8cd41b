/**
 * 公开查询: number + query code (domain.md §3.1). Five wrong pairs lock the case number and the address for 15 minutes. A wrong
 * number and a wrong code take the same path, the same statements and the same answer.
 */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { problem } from '../../contracts/problems.ts'
import type { Clock } from '../clock/clock.ts'
import { queryCodeMatches } from './case-access.ts'

const MAX_FAILURES = 5
const LOCK_MS = 15 * 60_000

export interface CaseQueryDeps {
  readonly db: Knex
  readonly clock: Clock
  /** key of `queryCodeOf` */
  readonly queryKey: Buffer
}

export function createCaseQuery({ db, clock, queryKey }: CaseQueryDeps) {
  /**
   * @param address of the asker; only its hash is kept
   * @returns the case number as it is written in the file
   * @throws CASE_NOT_FOUND, TOO_MANY_REQUESTS while locked (a right code does not open the lock)
   */
  async function open(given: {
    caseNo: string
    queryCode: string
    address: string
  }): Promise<string> {
    const caseNo = given.caseNo.trim().toUpperCase()
    const sources = [sourceOf('case', caseNo), sourceOf('address', given.address)]
    const now = clock.now()
    const [failures, exists] = await Promise.all([
      listFailures(db, sources),
      caseExists(db, caseNo),
    ])
    const matches = queryCodeMatches(queryKey, caseNo, given.queryCode)
    if (failures.some((f) => f.lockedUntil !== null && f.lockedUntil > now))
      throw problem('TOO_MANY_REQUESTS')
    if (exists && matches) {
      // Only the case is forgiven: one's own case must not wash away guesses at others.
      if (failures.length > 0) await forgive(db, sources.slice(0, 1))
      return caseNo
    }
    await countFailure(db, sources, now)
    throw problem('CASE_NOT_FOUND')
  }

  return { open }
}

export type CaseQuery = ReturnType<typeof createCaseQuery>

function sourceOf(kind: 'case' | 'address', value: string): string {
  return `${kind}:${createHash('sha256').update(value).digest('base64url')}`
}

async function listFailures(
  db: Knex,
  sources: readonly string[],
): Promise<{ lockedUntil: Date | null }[]> {
  return (await db('query_failure as q')
    .select({ lockedUntil: 'q.locked_until' })
    .whereIn('q.source', sources)) as { lockedUntil: Date | null }[]
}

async function caseExists(db: Knex, caseNo: string): Promise<boolean> {
  const row: unknown = await db('case_file as f').select('f.id').where('f.case_no', caseNo).first()
  return row !== undefined
}

/** One statement for both rows, in key order: two askers can never wait for each other. */
async function countFailure(db: Knex, sources: readonly string[], now: Date): Promise<void> {
  const [first, second] = [...sources].sort()
  await db.raw(
    `insert into query_failure as q (source, failures, locked_until, last_at)
     select s, 1, null, :now::timestamptz from unnest(array[:first, :second]::text[]) as s order by s
     on conflict (source) do update set
       failures = case when q.last_at < :stale::timestamptz then 1 else q.failures + 1 end,
       locked_until = case when q.last_at >= :stale::timestamptz and q.failures + 1 >= :max::int
                           then :until::timestamptz end,
       last_at = :now::timestamptz`,
    {
      now,
      first: first ?? '',
      second: second ?? '',
      stale: new Date(now.getTime() - LOCK_MS),
      until: new Date(now.getTime() + LOCK_MS),
      max: MAX_FAILURES,
    },
  )
}

async function forgive(db: Knex, sources: readonly string[]): Promise<void> {
  await db('query_failure').whereIn('source', sources).delete()
}
