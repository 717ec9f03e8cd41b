/** The papers of a case: what was ordered, and the bytes of one. */
import type { Knex } from 'knex'
import { problem } from '../../contracts/problems.ts'
import type { DocumentKind } from './document-facts.ts'
import type { RenderedDocument, Renderer } from './render-document.ts'

export interface DocumentRow {
  readonly id: string
  readonly kind: DocumentKind
  readonly title: string
  /** 文号 */
  readonly docNo: string
  readonly verifyCode: string
  readonly orderedAt: Date
  /** null until the PDF was made */
  readonly sha256: string | null
  readonly sizeBytes: number | null
}

/** In the order in which they were issued. */
export async function listDocuments(
  db: Knex | Knex.Transaction,
  caseId: string,
): Promise<DocumentRow[]> {
  return (await db('document as d')
    .select({
      id: 'd.id',
      kind: 'd.kind',
      title: db.raw("d.facts ->> 'title'"),
      docNo: 'd.doc_no',
      verifyCode: 'd.verify_code',
      orderedAt: 'd.ordered_at',
      sha256: 'd.sha256',
      sizeBytes: 'd.size_bytes',
    })
    .where('d.case_id', caseId)
    .orderBy('d.ordered_at')
    .orderBy('d.doc_no')) as DocumentRow[]
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * A paper of this case, made now if it was only ordered (receipts are: most are never downloaded).
 * @throws DOCUMENT_NOT_FOUND, also for a paper of another case
 */
export async function getDocumentFile(
  db: Knex,
  renderer: Pick<Renderer, 'ensureRendered'>,
  of: { readonly caseId: string; readonly documentId: string },
): Promise<RenderedDocument> {
  if (!UUID.test(of.documentId)) throw problem('DOCUMENT_NOT_FOUND')
  const row: unknown = await db('document as d')
    .select('d.id')
    .where({ 'd.id': of.documentId, 'd.case_id': of.caseId })
    .first()
  if (row === undefined) throw problem('DOCUMENT_NOT_FOUND')
  return renderer.ensureRendered(db, of.documentId)
}
