/** Uploaded papers: rows that point into the file store. Rows of filed papers are never deleted. */
import type { Knex } from 'knex'

export interface MaterialFile {
  readonly id: string
  readonly materialCode: string
  readonly fileName: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly storageKey: string
  readonly uploadedAt: Date
  readonly filed: boolean
  readonly replaced: boolean
}

const COLUMNS = {
  id: 'm.id',
  materialCode: 'm.material_code',
  fileName: 'm.file_name',
  mediaType: 'm.media_type',
  sizeBytes: 'm.size_bytes',
  sha256: 'm.sha256',
  storageKey: 'm.storage_key',
  uploadedAt: 'm.uploaded_at',
  filed: 'm.filed',
  replaced: 'm.replaced',
}

/** As `filesJson` gives it. */
export type StoredMaterialFile = Omit<MaterialFile, 'uploadedAt'> & { readonly uploadedAt: string }

/** A subquery: the rows of `material_file as m` that the condition names, as one list in the order of uploading. */
export function filesJson(condition: string): string {
  const fields = Object.entries(COLUMNS).map(([name, column]) => `'${name}', ${column}`)
  return `select coalesce(json_agg(json_build_object(${fields.join(', ')}) order by m.uploaded_at, m.id), '[]')
     from material_file as m where ${condition}`
}

export function toMaterialFile(stored: StoredMaterialFile): MaterialFile {
  return { ...stored, uploadedAt: new Date(stored.uploadedAt) }
}

/** Everything of the case, replaced papers included: they stay evidence. */
export async function listCaseFiles(db: Knex, caseId: string): Promise<MaterialFile[]> {
  return (await db('material_file as m')
    .select(COLUMNS)
    .where('m.case_id', caseId)
    .orderBy('m.uploaded_at')
    .orderBy('m.id')) as MaterialFile[]
}

export function filesByMaterial(files: readonly MaterialFile[]): Record<string, MaterialFile[]> {
  const result: Record<string, MaterialFile[]> = {}
  for (const file of files) if (!file.replaced) (result[file.materialCode] ??= []).push(file)
  return result
}

/** `[{material, files: [id]}]` as the events record it */
export function materialList(
  files: readonly MaterialFile[],
): { material: string; files: string[] }[] {
  return Object.entries(filesByMaterial(files)).map(([material, list]) => ({
    material,
    files: list.map((f) => f.id),
  }))
}

/**
 * Makes waiting uploads of a case part of the file; earlier papers of the same materials are superseded.
 * @returns what was filed now
 */
export async function fileUploads(
  trx: Knex.Transaction,
  caseId: string,
  materials: readonly string[],
): Promise<MaterialFile[]> {
  const waiting = (await listCaseFiles(trx, caseId)).filter(
    (f) => !f.filed && materials.includes(f.materialCode),
  )
  if (waiting.length === 0) return []
  const codes = [...new Set(waiting.map((f) => f.materialCode))]
  await trx('material_file')
    .where({ case_id: caseId, filed: true })
    .whereIn('material_code', codes)
    .update({ replaced: true })
  await trx('material_file')
    .whereIn(
      'id',
      waiting.map((f) => f.id),
    )
    .update({ filed: true })
  return waiting
}
