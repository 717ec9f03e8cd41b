/** From a case to one paper with its words frozen and its number given; nothing is stored yet. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { ChangePart } from '../cases/change-part.ts'
import type { Calendar } from '../clock/calendar.ts'
import { dayOf } from '../clock/clock.ts'
import { commitsWithNext } from '../database/commit-with-next.ts'
import { sql } from '../database/sql.ts'
import { collectFacts } from './collect-facts.ts'
import type { DocumentKind } from './document-facts.ts'
import { documentNumber, numberScope } from './document-words.ts'
import { lookUp } from './document-lookups.ts'
import { isLicensing } from './legal-basis.ts'
import type { Paper, PaperCase, StoredPdf } from './paper.ts'
import { reportedEvent, type Lookups } from './reported-event.ts'
import { newVerifyCode } from './verify-code.ts'

/**
 * @param earlier a paper of the same order that could not be stored: its number is used, not a new one
 * @throws ACT_NOT_ALLOWED when the file gives no cause for such a paper (e.g. a grant without a decision)
 */
export async function composePaper(
  db: Knex,
  of: {
    readonly kind: DocumentKind
    readonly context: PaperCase
    readonly calendar: Calendar
    readonly at: Date
    readonly earlier?: Paper | undefined
  },
): Promise<Paper> {
  const { kind, context, calendar, at, earlier } = of
  const lookups = await lookUp(db, kind, context, calendar)
  // Before a number is taken: what the file gives no cause for must leave no gap in the numbers.
  const facts = collectFacts(kind, context, lookups, '')
  const docNo = await numberOf(db, kind, context, lookups, earlier)
  return {
    documentId: earlier?.documentId ?? randomUUID(),
    kind,
    docNo,
    verifyCode: earlier?.verifyCode ?? newVerifyCode(),
    facts: { ...facts, docNo, public: { ...facts.public, docNo } },
    orderedAt: at,
  }
}

/**
 * @param cause why it is issued, e.g. the external task's id; the same cause never makes a second paper of a kind
 * @param stored its PDF; without it the PDF is made when it is first asked for
 */
export function paperPart(paper: Paper, cause: string, stored?: StoredPdf): ChangePart {
  const { documentId, kind, docNo, verifyCode, facts, orderedAt } = paper
  return {
    sql: INSERT,
    values: [
      documentId,
      kind,
      `:${kind}:${cause}`,
      docNo,
      verifyCode,
      JSON.stringify(facts),
      orderedAt,
      stored?.sha256 ?? null,
      stored?.sizeBytes ?? null,
      stored?.storageKey ?? null,
      stored === undefined ? null : orderedAt,
    ],
  }
}

const INSERT = `
  insert into document (id, case_id, kind, order_key, doc_no, verify_code, facts, ordered_at, sha256, size_bytes, storage_key, rendered_at)
  select ?::uuid, held.id, ?::text, held.id || ?::text, ?::text, ?::text, ?::jsonb, ?::timestamptz, ?::text, ?::integer, ?::text, ?::timestamptz
    from held`

const next = (db: Knex) => `
  insert into document_counter as c (scope, year, last) select $1, $2::integer, 1 where ${commitsWithNext(db)}
  on conflict (scope, year) do update set last = c.last + 1 returning c.last`

/** Numbers count by organ word and year. A receipt bears the case's number and a certificate its own: no hot row. */
async function numberOf(
  db: Knex,
  kind: DocumentKind,
  context: PaperCase,
  lookups: Lookups & { readonly papersOfKind: number },
  earlier: Paper | undefined,
): Promise<string> {
  const item = context.version.package
  const of = { prefix: item.documents.numberPrefix, kind, licensing: isLicensing(item) }
  const scope = numberScope(of)
  if (scope === undefined) {
    const base = kind === 'licence' ? (lookups.licence?.no ?? '') : `SJ-${context.case.caseNo}`
    return lookups.papersOfKind === 0 ? base : `${base}-${lookups.papersOfKind + 1}`
  }
  if (earlier !== undefined) return earlier.docNo
  const year = Number(dayOf(reportedEvent(kind, context.events).at).slice(0, 4))
  const [row] = await sql<{ last: number }>(db, next(db), [scope, year])
  if (row === undefined) throw new Error('the document counter gave no number')
  return documentNumber(of, year, row.last)
}
