/** Makes the PDF of an ordered paper, once for all time: the stored bytes are what is printed, sent and verified. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Knex } from 'knex'
import QRCode from 'qrcode'
import { problem } from '../../contracts/problems.ts'
import { queryCodeOf } from '../cases/case-access.ts'
import type { FileStore } from '../cases/file-store.ts'
import type { Clock } from '../clock/clock.ts'
import type { DocumentFacts, DocumentKind } from './document-facts.ts'
import { findFonts, type Fonts } from './fonts.ts'
import { ownTemplateOf } from './own-template.ts'
import { anySampleFacts } from './sample-facts.ts'
import { createTypesetter, type Typeset } from './typesetter.ts'

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

export interface RenderedDocument {
  readonly documentId: string
  readonly caseId: string
  readonly kind: DocumentKind
  readonly docNo: string
  /** hex, over the stored PDF */
  readonly sha256: string
  readonly storageKey: string
  readonly sizeBytes: number
}

interface Row {
  readonly id: string
  readonly caseId: string
  readonly caseNo: string
  readonly kind: DocumentKind
  readonly docNo: string
  readonly verifyCode: string
  readonly facts: DocumentFacts
  readonly orderedAt: Date
  readonly sha256: string | null
  readonly storageKey: string | null
  readonly sizeBytes: number | null
}

/** A paper of 200 pages stays far below; a template that runs away does not fill the disk. */
const MAX_BYTES = 20_000_000

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
    const ownTemplate = await ownTemplateOf(db, before.caseId, before.kind)
    return db.transaction(async (trx) => {
      const row = await findRow(trx, documentId, { lock: true })
      if (row === undefined) throw problem('DOCUMENT_NOT_FOUND')
      const meanwhile = asRendered(row)
      if (meanwhile !== undefined) return meanwhile
      const { pdf } = await typeset(row, ownTemplate)
      const stored = await store(pdf)
      await trx('document').where({ id: row.id }).update({
        sha256: stored.sha256,
        size_bytes: stored.sizeBytes,
        storage_key: stored.storageKey,
        rendered_at: clock.now(),
      })
      return { ...identityOf(row), ...stored }
    })
  }

  async function typeset(row: Row, ownTemplate: string | undefined): Promise<Typeset> {
    return typesetter.typeset({
      kind: row.kind,
      createdAt: row.orderedAt,
      data: {
        ...row.facts,
        queryCode: queryCodeOf(queryKey, row.caseNo),
        verify: { code: row.verifyCode, qr: await qrCode(`${publicUrl}/verify/${row.verifyCode}`) },
      },
      ...(ownTemplate === undefined ? {} : { ownTemplate }),
    })
  }

  async function store(pdf: Buffer) {
    const sha256 = createHash('sha256').update(pdf).digest('hex')
    const stored = await fileStore.put(Readable.from([pdf]), { maxBytes: MAX_BYTES })
    if (stored.sha256 !== sha256)
      throw new Error('the file store kept other bytes than it was given')
    return { sha256, storageKey: stored.storageKey, sizeBytes: stored.sizeBytes }
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

  return { ensureRendered, warmUp }
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
  return row && { ...row, caseId: String(row.caseId) }
}

function identityOf(row: Row) {
  return { documentId: row.id, caseId: row.caseId, kind: row.kind, docNo: row.docNo }
}

function asRendered(row: Row): RenderedDocument | undefined {
  const { sha256, storageKey, sizeBytes } = row
  if (sha256 === null || storageKey === null || sizeBytes === null) return undefined
  return { ...identityOf(row), sha256, storageKey, sizeBytes }
}
