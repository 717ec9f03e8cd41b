/** Makes the PDF of an ordered paper, once for all time: the stored bytes are what is printed, sent and verified. */
import type { Knex } from 'knex'
import QRCode from 'qrcode'
import { problem } from '../../contracts/problems.ts'
import { queryCodeOf } from '../cases/case-access.ts'
import type { FileStore } from '../cases/file-store.ts'
import type { Clock } from '../clock/clock.ts'
import type { DocumentFacts, DocumentKind } from './document-facts.ts'
import { findFonts, type Fonts } from './fonts.ts'
import { ownTemplateOf } from './own-template.ts'
import type { Paper, PaperCase, StoredPdf } from './paper.ts'
import { anySampleFacts } from './sample-facts.ts'
import { createTypesetter } from './typesetter.ts'

export interface RendererDeps {
  readonly fileStore: FileStore
  readonly clock: Clock
  /** without a trailing slash; the QR code leads to `<publicUrl>/verify/<code>` */
  readonly publicUrl: string
  /** key of `queryCodeOf`: the 查询密码 stands on receipts and acceptance notices but in no row */
  readonly queryKey: Buffer
  readonly fonts?: Fonts
  /** where the .typ files lie when not beside this file (a build of tsc does not copy them) */
  readonly templatesFolder?: string
}

export interface RenderedDocument extends StoredPdf {
  readonly documentId: string
  readonly caseId: string
  readonly kind: DocumentKind
  readonly docNo: string
}

interface Row {
  readonly id: string
  readonly caseId: string
  readonly caseNo: string
  readonly itemVersionId: string
  readonly kind: DocumentKind
  readonly docNo: string
  readonly verifyCode: string
  readonly facts: DocumentFacts
  readonly orderedAt: Date
  readonly sha256: string | null
  readonly storageKey: string | null
  readonly sizeBytes: number | null
}

export function createRenderer(deps: RendererDeps) {
  const { fileStore, clock, publicUrl, queryKey } = deps
  const typesetter = createTypesetter({
    fonts: deps.fonts ?? findFonts(),
    ...(deps.templatesFolder === undefined ? {} : { templatesFolder: deps.templatesFolder }),
  })
  /** Twenty requests for one new receipt are one rendering, and hold one connection, in this process. */
  const running = new Map<string, Promise<RenderedDocument>>()

  /**
   * Exactly once: the row lock orders processes, the file is on disk before the row names it. A crash between the two
   * leaves a file that no row names, never a row without its file.
   * @throws DOCUMENT_NOT_FOUND
   */
  async function ensureRendered(db: Knex, documentId: string): Promise<RenderedDocument> {
    const existing = running.get(documentId)
    if (existing !== undefined) return existing
    const work = renderOnce(db, documentId).finally(() => running.delete(documentId))
    running.set(documentId, work)
    return work
  }

  async function renderOnce(db: Knex, documentId: string): Promise<RenderedDocument> {
    const before = await findRow(db, documentId)
    if (before === undefined) throw problem('DOCUMENT_NOT_FOUND')
    const done = asRendered(before)
    if (done !== undefined) return done
    const ownTemplate = await ownTemplateOf(db, before.itemVersionId, before.kind)
    return db.transaction(async (trx) => {
      const row = await findRow(trx, documentId, { lock: true })
      if (row === undefined) throw problem('DOCUMENT_NOT_FOUND')
      const meanwhile = asRendered(row)
      if (meanwhile !== undefined) return meanwhile
      const stored = await makePdf(row, row.caseNo, ownTemplate)
      await trx('document').where({ id: row.id }).update({
        sha256: stored.sha256,
        size_bytes: stored.sizeBytes,
        storage_key: stored.storageKey,
        rendered_at: clock.now(),
      })
      return { ...identityOf(row), ...stored }
    })
  }

  /** The PDF of a paper that no row names yet; the caller names it, or takes it out of the store again. */
  async function print(db: Knex, paper: Paper, of: PaperCase['case']): Promise<StoredPdf> {
    return makePdf(paper, of.caseNo, await ownTemplateOf(db, of.itemVersionId, paper.kind))
  }

  async function makePdf(
    paper: Pick<Paper, 'kind' | 'verifyCode' | 'facts' | 'orderedAt'>,
    caseNo: string,
    ownTemplate: string | undefined,
  ): Promise<StoredPdf> {
    const { pdf } = typesetter.typeset({
      kind: paper.kind,
      createdAt: paper.orderedAt,
      data: {
        ...paper.facts,
        queryCode: queryCodeOf(queryKey, caseNo),
        verify: {
          code: paper.verifyCode,
          qr: await qrCode(`${publicUrl}/verify/${paper.verifyCode}`),
        },
      },
      ...(ownTemplate === undefined ? {} : { ownTemplate }),
    })
    const { sha256, storageKey, sizeBytes } = await fileStore.putBytes(pdf)
    return { sha256, storageKey, sizeBytes }
  }

  /** A printed paper that could not be filed: its case moved on meanwhile, and its words are collected anew. */
  async function discard({ storageKey }: StoredPdf): Promise<void> {
    await fileStore.remove(storageKey)
  }

  /** The first paper loads the fonts (0.2-0.6 s); done before the first request waits for it. */
  async function warmUp(): Promise<void> {
    const facts = anySampleFacts('acceptance-notice')
    const verify = { code: 'A'.repeat(16), qr: await qrCode(publicUrl) }
    typesetter.typeset({
      kind: facts.kind,
      createdAt: clock.now(),
      data: { ...facts, queryCode: 'A'.repeat(8), verify },
    })
  }

  return { ensureRendered, print, discard, warmUp }
}

export type Renderer = ReturnType<typeof createRenderer>

/** Error correction M; the page gives the quiet zone. */
function qrCode(text: string): Promise<string> {
  return QRCode.toString(text, { type: 'svg', margin: 0, errorCorrectionLevel: 'M' })
}

async function findRow(
  db: Knex | Knex.Transaction,
  documentId: string,
  options: { lock?: boolean } = {},
): Promise<Row | undefined> {
  const query = db('document as d')
    .join('case_file as f', 'f.id', 'd.case_id')
    .select({
      id: 'd.id',
      caseId: 'd.case_id',
      caseNo: 'f.case_no',
      itemVersionId: 'f.item_version_id',
      kind: 'd.kind',
      docNo: 'd.doc_no',
      verifyCode: 'd.verify_code',
      facts: 'd.facts',
      orderedAt: 'd.ordered_at',
      sha256: 'd.sha256',
      storageKey: 'd.storage_key',
      sizeBytes: 'd.size_bytes',
    })
    .where('d.id', documentId)
  // Only the paper: the case's row belongs to the acts.
  const row = (await (options.lock ? query.forUpdate('d') : query).first()) as Row | undefined
  return row && { ...row, caseId: String(row.caseId), itemVersionId: String(row.itemVersionId) }
}

function identityOf(row: Row) {
  return { documentId: row.id, caseId: row.caseId, kind: row.kind, docNo: row.docNo }
}

function asRendered(row: Row): RenderedDocument | undefined {
  const { sha256, storageKey, sizeBytes } = row
  if (sha256 === null || storageKey === null || sizeBytes === null) return undefined
  return { ...identityOf(row), sha256, storageKey, sizeBytes }
}
