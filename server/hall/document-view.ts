import type { DocumentView } from '../../contracts/hall.ts'
import type { DocumentRow } from '../../core/documents/documents.ts'

export function toDocumentView(row: DocumentRow): DocumentView {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    docNo: row.docNo,
    at: row.orderedAt.toISOString(),
    verifyCode: row.verifyCode,
    ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
    ...(row.sizeBytes === null ? {} : { sizeBytes: row.sizeBytes }),
  }
}
