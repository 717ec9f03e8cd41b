/** Uploading a paper: to a draft, or to a case that asks for it (correction, tolerance). */
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import type { Knex } from 'knex'
import type { Material } from '../../contracts/item-package.ts'
import { Problem, problem } from '../../contracts/problems.ts'
import { getItemVersion } from '../catalogue/item-versions.ts'
import type { Clock } from '../clock/clock.ts'
import { sql } from '../database/sql.ts'
import { lockCase, listCaseEvents } from './case-events.ts'
import { openDraft, type DraftAccess } from './drafts.ts'
import type { FileStore } from './file-store.ts'
import { listCaseFiles, type MaterialFile } from './material-files.ts'
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
    const opened = await openDraft(db, draftId, access)
    if (opened.submittedKey !== null) throw problem('ALREADY_SUBMITTED')
    const { package: item } = await getItemVersion(db, opened.itemVersionId)
    const material = item.materials.find((m) => m.code === upload.materialCode)
    if (material === undefined) throw problem('MATERIAL_UNKNOWN')
    return store(upload, material, async (paper) => {
      // Each lost race is another paper of this draft stored meanwhile, and of those only so many are taken.
      for (let draft = opened; ; draft = await openDraft(db, draftId, access)) {
        if (draft.submittedKey !== null) throw problem('ALREADY_SUBMITTED')
        const same = sameOf(draft.files, paper)
        if (same === undefined && hasRoom(draft.files, material)) {
          const values = [...rowOf(paper), clock.now(), draftId, draft.revision]
          const [row] = await sql<{ id: string }>(db, ADD_TO_DRAFT, values)
          if (row !== undefined) return { fileId: row.id, repeated: false }
        } else if (draft !== opened) {
          // Only now: while the bytes came in, papers may have been removed.
          if (same === undefined) throw tooMany(material)
          return { fileId: same.id, repeated: true }
        }
      }
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
    return store(upload, material, (paper) =>
      db.transaction(async (trx) => {
        const found = await lockCase(trx, { caseNo })
        if (!(await asked(trx, found.id))) throw problem('MATERIAL_NOT_ASKED')
        const waiting = (await listCaseFiles(trx, found.id)).filter((file) => !file.filed)
        const same = sameOf(waiting, paper)
        if (same !== undefined) return { fileId: same.id, repeated: true }
        if (!hasRoom(waiting, material)) throw tooMany(material)
        const values = [...rowOf(paper), clock.now(), found.id]
        const [row] = await sql<{ id: string }>(trx, ADD_TO_CASE, values)
        if (row === undefined) throw new Error('the upload was not stored')
        return { fileId: row.id, repeated: false }
      }),
    )
  }

  /** Bytes first, row after: a crash between leaves an orphan file, never a row without its paper. */
  async function store(
    upload: Upload,
    material: Material,
    addRow: (paper: StoredPaper) => Promise<{ fileId: string; repeated: boolean }>,
  ): Promise<UploadReceipt> {
    const stored = await fileStore.put(upload.content, { maxBytes: material.files.maxBytes })
    const { sha256, sizeBytes, storageKey } = stored
    try {
      const mediaType = sniffType(stored.head)
      if (mediaType === undefined || !material.files.types.includes(mediaType)) {
        throw problem('FILE_TYPE_REFUSED', { allowed: material.files.types })
      }
      const fileName = basename(upload.fileName).slice(0, 200)
      const paper = { code: material.code, fileName, mediaType, sizeBytes, sha256, storageKey }
      const { fileId, repeated } = await addRow(paper)
      if (repeated) await fileStore.remove(storageKey)
      return { fileId, sha256, sizeBytes, mediaType }
    } catch (error) {
      // After any other fault the row may stand, its commit unanswered: then the bytes must stay.
      if (error instanceof Problem) await fileStore.remove(storageKey)
      throw error
    }
  }

  /** @throws FILE_NOT_FOUND, ALREADY_SUBMITTED */
  async function removeFromDraft(
    draftId: string,
    access: DraftAccess,
    fileId: string,
  ): Promise<void> {
    const draft = await openDraft(db, draftId, access)
    if (draft.submittedKey !== null) throw problem('ALREADY_SUBMITTED')
    const [row] = await sql<{ storageKey: string }>(db, REMOVE_FROM_DRAFT, [draftId, fileId])
    if (row !== undefined) return fileStore.remove(row.storageKey)
    // Submitted since it was read, or no such file.
    if ((await openDraft(db, draftId, access)).submittedKey !== null)
      throw problem('ALREADY_SUBMITTED')
    throw problem('FILE_NOT_FOUND')
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

interface StoredPaper {
  readonly code: string
  readonly fileName: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly storageKey: string
}

/** In the order of COLUMNS. */
function rowOf(paper: StoredPaper): (string | number)[] {
  const { code, fileName, mediaType, sizeBytes, sha256, storageKey } = paper
  return [code, fileName, mediaType, sizeBytes, sha256, storageKey]
}

const COLUMNS = 'material_code, file_name, media_type, size_bytes, sha256, storage_key, uploaded_at'

/** What is added to a draft gives it another revision: a submit that has read the old one checks again. */
const ADD_TO_DRAFT = `
  with draft as (
    update case_draft set revision = revision + 1 where id = $8 and revision = $9 and submitted_key is null returning id)
  insert into material_file (draft_id, ${COLUMNS})
  select draft.id, $1::text, $2::text, $3::text, $4::bigint, $5::text, $6::text, $7::timestamptz from draft returning id`

const ADD_TO_CASE = `
  insert into material_file (case_id, ${COLUMNS}) values ($8, $1, $2, $3, $4, $5, $6, $7) returning id`

const REMOVE_FROM_DRAFT = `
  with draft as (
    update case_draft set revision = revision + 1 where id = $1 and submitted_key is null returning id)
  delete from material_file as m using draft where m.draft_id = draft.id and m.id = $2 and not m.filed
  returning m.storage_key as "storageKey"`

/** The same bytes under the same name: the answer to the first try was lost and the client sends it again. */
function sameOf(files: readonly MaterialFile[], paper: StoredPaper): MaterialFile | undefined {
  return files.find(
    (file) =>
      file.materialCode === paper.code &&
      file.fileName === paper.fileName &&
      file.sha256 === paper.sha256,
  )
}

function hasRoom(files: readonly MaterialFile[], { code, files: limits }: Material): boolean {
  return files.filter((file) => file.materialCode === code).length < limits.maxCount
}

function tooMany({ files: { maxCount } }: Material): Problem {
  return problem('FILE_COUNT_EXCEEDED', { detail: `max ${maxCount}` })
}

export type Uploads = ReturnType<typeof createUploads>
