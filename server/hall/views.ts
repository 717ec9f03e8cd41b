import type { FileView } from '../../contracts/hall.ts'
import type { MaterialFile } from '../../core/cases/material-files.ts'

/** Never the storage key: where a file lies is nobody's business. */
export function toFileView(file: MaterialFile): FileView {
  return {
    id: file.id,
    material: file.materialCode,
    fileName: file.fileName,
    mediaType: file.mediaType,
    sizeBytes: Number(file.sizeBytes),
    sha256: file.sha256,
    uploadedAt: file.uploadedAt.toISOString(),
  }
}
