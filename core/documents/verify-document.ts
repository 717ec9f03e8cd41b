/** What the QR code of a paper leads to: is it ours, what may everybody know of it, and are these its bytes. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Knex } from 'knex'
import type { DocumentKind, PublicFacts } from './document-facts.ts'
import { VERIFY_CODE } from './verify-code.ts'

/** `ordered`: numbered but not yet made, so no such paper can be in anybody's hands. */
export type PaperState = 'ordered' | 'issued' | 'valid' | 'expired' | 'revoked' | 'cancelled'

export interface VerifiedDocument extends PublicFacts {
  readonly kind: DocumentKind
  readonly state: PaperState
  /** hex, of the stored PDF */
  readonly sha256: string | null
}

interface Row {
  readonly kind: DocumentKind
  readonly facts: PublicFacts
  readonly sha256: string | null
  readonly licenceState: 'valid' | 'revoked' | 'cancelled' | null
  readonly validUntil: string | null
}

/**
 * @param code as printed or typed; case, blanks and hyphens do not matter
 * @param today yyyy-mm-dd, for the validity of a certificate
 * @returns masked facts, or undefined when no paper bears the code
 */
export async function verifyByCode(
  db: Knex,
  code: string,
  today: string,
): Promise<VerifiedDocument | undefined> {
  const row = await findByCode(db, code)
  if (row === undefined) return undefined
  return { ...row.facts, kind: row.kind, sha256: row.sha256, state: stateOf(row, today) }
}

/** Is the file the stored paper, byte for byte? False for every other file and for an unknown code. */
export async function verifyPdf(db: Knex, code: string, pdf: Uint8Array): Promise<boolean> {
  const row = await findByCode(db, code)
  if (row?.sha256 == null) return false
  const digest = createHash('sha256').update(pdf).digest()
  return timingSafeEqual(digest, Buffer.from(row.sha256, 'hex'))
}

async function findByCode(db: Knex, typed: string): Promise<Row | undefined> {
  const code = typed.replace(/[\s-]/g, '').toUpperCase()
  if (!VERIFY_CODE.test(code)) return undefined
  return (await db('document as d')
    .leftJoin('licence as l', 'l.case_id', 'd.case_id')
    .select({
      kind: 'd.kind',
      facts: db.raw("d.facts -> 'public'"),
      sha256: 'd.sha256',
      licenceState: 'l.state',
      validUntil: 'l.valid_until',
    })
    .where('d.verify_code', code)
    .first()) as Row | undefined
}

function stateOf(row: Row, today: string): PaperState {
  if (row.sha256 === null) return 'ordered'
  if (row.kind !== 'licence' || row.licenceState === null) return 'issued'
  if (row.licenceState !== 'valid') return row.licenceState
  return row.validUntil !== null && row.validUntil < today ? 'expired' : 'valid'
}
