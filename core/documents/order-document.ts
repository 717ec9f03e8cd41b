/** Orders a paper: its words are frozen, its number and verification code are given, in the transaction of the act. */
import type { Knex } from 'knex'
import { loadCaseContext, type CaseContext } from '../cases/case-context.ts'
import { dayOf } from '../clock/clock.ts'
import { collectFacts } from './collect-facts.ts'
import type { DocumentKind } from './document-facts.ts'
import { documentNumber, numberScope } from './document-words.ts'
import { lookUp } from './document-lookups.ts'
import { isLicensing } from './legal-basis.ts'
import { reportedEvent, type Lookups } from './reported-event.ts'
import { newVerifyCode } from './verify-code.ts'

export interface DocumentOrder {
  readonly caseId: string
  readonly kind: DocumentKind
  /** why it is ordered, e.g. the external task's id; the same cause never makes a second paper */
  readonly cause: string
  readonly at: Date
  /** saves reading the case again when the caller has just done so in this transaction */
  readonly context?: CaseContext
}

/**
 * Idempotent by case + kind + cause. The caller holds the case's lock, so what is frozen cannot change meanwhile.
 * @throws ACT_NOT_ALLOWED when the file gives no cause for such a paper (e.g. a grant without a decision)
 */
export async function orderDocument(
  trx: Knex.Transaction,
  order: DocumentOrder,
): Promise<{ documentId: string }> {
  const orderKey = `${order.caseId}:${order.kind}:${order.cause}`
  const before = await findOrdered(trx, orderKey)
  if (before !== undefined) return { documentId: before }
  const context = order.context ?? (await loadCaseContext(trx, { caseId: order.caseId }))
  const lookups = await lookUp(trx, order.kind, context)
  const docNo = await nextNumber(trx, order.kind, context, lookups)
  const facts = collectFacts(order.kind, context, lookups, docNo)
  const inserted: unknown = await trx('document')
    .insert({
      case_id: order.caseId,
      kind: order.kind,
      order_key: orderKey,
      doc_no: docNo,
      verify_code: newVerifyCode(),
      facts: JSON.stringify(facts),
      ordered_at: order.at,
    })
    .onConflict('order_key')
    .ignore()
    .returning('id')
  // Lost a race on the same order: the winner's paper is the paper, our number stays unused.
  const documentId = (inserted as { id: string }[])[0]?.id ?? (await findOrdered(trx, orderKey))
  if (documentId === undefined) throw new Error('the document was neither stored nor found')
  return { documentId }
}

async function findOrdered(trx: Knex.Transaction, orderKey: string): Promise<string | undefined> {
  const row = (await trx('document as d').select('d.id').where('d.order_key', orderKey).first()) as
    { id: string } | undefined
  return row?.id
}

/** Numbers count by organ word and year. A receipt bears the case's number and a certificate its own: no hot row. */
async function nextNumber(
  trx: Knex.Transaction,
  kind: DocumentKind,
  context: CaseContext,
  lookups: Lookups,
): Promise<string> {
  const item = context.version.package
  const of = { prefix: item.documents.numberPrefix, kind, licensing: isLicensing(item) }
  const scope = numberScope(of)
  if (scope === undefined) return ownNumber(trx, kind, context, lookups)
  const year = Number(dayOf(reportedEvent(kind, context.events).at).slice(0, 4))
  const { rows } = await trx.raw<{ rows: { last: number }[] }>(
    `insert into document_counter as c (scope, year, last) values (?, ?, 1)
     on conflict (scope, year) do update set last = c.last + 1 returning c.last`,
    [scope, year],
  )
  const [row] = rows
  if (row === undefined) throw new Error('the document counter gave no number')
  return documentNumber(of, year, row.last)
}

async function ownNumber(
  trx: Knex.Transaction,
  kind: DocumentKind,
  context: CaseContext,
  lookups: Lookups,
): Promise<string> {
  const base = kind === 'licence' ? (lookups.licence?.no ?? '') : `SJ-${context.case.caseNo}`
  const row = (await trx('document as d')
    .count({ count: '*' })
    .where({ 'd.case_id': context.case.id, 'd.kind': kind })
    .first()) as { count: number | string } | undefined
  const earlier = Number(row?.count ?? 0)
  return earlier === 0 ? base : `${base}-${earlier + 1}`
}
