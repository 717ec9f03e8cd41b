/** One paper on its way from the case file to the applicant. */
import type { CaseState } from '../cases/load-case.ts'
import type { DocumentFacts, DocumentKind } from './document-facts.ts'

export interface Paper {
  readonly documentId: string
  readonly kind: DocumentKind
  /** 文号 */
  readonly docNo: string
  readonly verifyCode: string
  readonly facts: DocumentFacts
  readonly orderedAt: Date
}

/** What the file must hold of a case to write a paper about it. */
export type PaperCase = Omit<CaseState, 'lastHash' | 'acted'>

export interface StoredPdf {
  /** hex, over the stored PDF */
  readonly sha256: string
  readonly storageKey: string
  readonly sizeBytes: number
}
