/** Uploading a paper: to a draft, or to a case that asks for it (correction, tolerance). */
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import type { Knex } from 'knex'
import type { Material } from '../../contracts/item-package.ts'
import { Problem, problem } from '../../contracts/problems.ts'
import { getItemVersion } from '../catalogue/item-versions.ts'
import type { Clock } from '../clock/clock.ts'
import { lockCase, listCaseEvents } from './case-events.ts'
import { openDraft, type DraftAccess } from './drafts.ts'
import type { FileStore } from './file-store.ts'
import { askedMaterials } from './asked-materials.ts'
import { sniffType } from './sniff-type.ts'

export interface Upload {
  readonly materialCode: string
  readonly fileName: string
  readonly content: Readable
}

export interface UploadReceipt {
  readonly fileId: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly mediaType: string
}

export function createUploads({
  db,
  clock,
  fileStore,
}: {
  db: Knex
  clock: Clock
  fileStore: FileStore
}) {
  /** @throws MATERIAL_UNKNOWN, FILE_TYPE_REFUSED, FILE_TOO_LARGE, FILE_EMPTY, FILE_COUNT_EXCEEDED, ALREADY_SUBMITTED */
  async function toDraft(
    draftId: string,
    access: DraftAccess,
    upload: Upload,
  ): Promise<UploadReceipt> {
    const draft = await openDraft(db, draftId, access)
    if (draft.submittedKey !== null) throw problem('ALREADY_SUBMITTED')
    const { package: item } = await getItemVersion(db, draft.itemVersionId)
    const material = item.materials.find((m) => m.code === upload.materialCode)
    if (material === undefined) throw problem('MATERIAL_UNKNOWN')
    return store(upload, material, async (trx) => {
      const locked = await openDraft(trx, draftId, access, { lock: true })
      if (locked.submittedKey !== null) throw problem('ALREADY_SUBMITTED')
      return { draft_id: draftId }
    })
  }

  /** Only what the correction notice or the tolerance lists. @throws MATERIAL_NOT_ASKED and those of `toDraft` */
  async function toCase(caseNo: string, upload: Upload): Promise<UploadReceipt> {
    const asked = async (trx: Knex | Knex.Transaction, caseId: string) =>
      askedMaterials(await listCaseEvents(trx, caseId)).includes(upload.materialCode)
    const row = (await db('case_file as f')
      .select('f.id', 'f.item_version_id')
      .where('f.case_no', caseNo)
      .first()) as { id: string; item_version_id: string } | undefined
    if (row === undefined) throw problem('CASE_NOT_FOUND')
    const { package: item } = await getItemVersion(db, String(row.item_version_id))
    const material = item.materials.find((m) => m.code === upload.materialCode)
    if (material === undefined) throw problem('MATERIAL_UNKNOWN')
    if (!(await asked(db, String(row.id)))) throw problem('MATERIAL_NOT_ASKED')
    return store(upload, material, async (trx) => {
      const found = await lockCase(trx, { caseNo })
      if (!(await asked(trx, found.id))) throw problem('MATERIAL_NOT_ASKED')
      return { case_id: found.id }
    })
  }

  /** Bytes first, row after: a crash between leaves an orphan file, never a row without its paper. */
  async function store(
    upload: Upload,
    material: Material,
    owner: (trx: Knex.Transaction) => Promise<{ draft_id: string } | { case_id: string }>,
  ): Promise<UploadReceipt> {
    const stored = await fileStore.put(upload.content, { maxBytes: material.files.maxBytes })
    const fileName = basename(upload.fileName).slice(0, 200)
    try {
      const mediaType = sniffType(stored.head)
      if (mediaType === undefined || !material.files.types.includes(mediaType)) {
        throw problem('FILE_TYPE_REFUSED', { allowed: material.files.types })
      }
      const { receipt, repeated } = await db.transaction(async (trx) => {
        const of = await owner(trx)
        const known = await findSame(trx, of, material.code, fileName, stored.sha256)
        if (known !== undefined) return { receipt: known, repeated: true }
        const count = (await trx('material_file as m')
          .where({ ...of, material_code: material.code, filed: false })
          .count({ n: '*' })
          .first()) as { n: number }
        if (Number(count.n) >= material.files.maxCount) {
          throw problem('FILE_COUNT_EXCEEDED', { detail: `max ${material.files.maxCount}` })
        }
        const [row] = await trx('material_file')
          .insert({
            ...of,
            material_code: material.code,
            file_name: fileName,
            media_type: mediaType,
            size_bytes: stored.sizeBytes,
            sha256: stored.sha256,
            storage_key: stored.storageKey,
            uploaded_at: clock.now(),
          })
          .returning<{ id: string }[]>('id')
        if (row === undefined) throw new Error('the upload was not stored')
        const { sha256, sizeBytes } = stored
        return { receipt: { fileId: row.id, sha256, sizeBytes, mediaType }, repeated: false }
      })
      if (repeated) await fileStore.remove(stored.storageKey)
      return receipt
    } catch (error) {
      // After any other fault the row may stand, its commit unanswered: then the bytes must stay.
      if (error instanceof Problem) await fileStore.remove(stored.storageKey)
      throw error
    }
  }

  /** @throws FILE_NOT_FOUND, ALREADY_SUBMITTED */
  async function removeFromDraft(
    draftId: string,
    access: DraftAccess,
    fileId: string,
  ): Promise<void> {
    const storageKey = await db.transaction(async (trx) => {
      const draft = await openDraft(trx, draftId, access, { lock: true })
      if (draft.submittedKey !== null) throw problem('ALREADY_SUBMITTED')
      const [row] = await trx('material_file')
        .where({ id: fileId, draft_id: draftId, filed: false })
        .delete<{ storage_key: string }[]>('storage_key')
      if (row === undefined) throw problem('FILE_NOT_FOUND')
      return row.storage_key
    })
    await fileStore.remove(storageKey)
  }

  /** Only an upload that was not sent yet; what is filed stays in the file. @throws FILE_NOT_FOUND */
  async function removeFromCase(caseNo: string, fileId: string): Promise<void> {
    const storageKey = await db.transaction(async (trx) => {
      const found = await lockCase(trx, { caseNo })
      const [row] = await trx('material_file')
        .where({ id: fileId, case_id: found.id, filed: false })
        .delete<{ storage_key: string }[]>('storage_key')
      if (row === undefined) throw problem('FILE_NOT_FOUND')
      return row.storage_key
    })
    await fileStore.remove(storageKey)
  }

  return { toDraft, toCase, removeFromDraft, removeFromCase }
}

/** The same bytes under the same name: the answer to the first try was lost and the client sends it again. */
async function findSame(
  trx: Knex.Transaction,
  of: { draft_id: string } | { case_id: string },
  materialCode: string,
  fileName: string,
  sha256: string,
): Promise<UploadReceipt | undefined> {
  const row = (await trx('material_file as m')
    .select({
      fileId: 'm.id',
      sha256: 'm.sha256',
      sizeBytes: 'm.size_bytes',
      mediaType: 'm.media_type',
    })
    .where({ ...of, material_code: materialCode, file_name: fileName, sha256, filed: false })
    .first()) as UploadReceipt | undefined
  return row && { ...row, sizeBytes: Number(row.sizeBytes) }
}

export type Uploads = ReturnType<typeof createUploads>
