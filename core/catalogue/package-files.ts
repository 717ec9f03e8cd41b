/** The files of an item package, by path relative to its folder. */
import { createHash } from 'node:crypto'

export type PackageFiles = ReadonlyMap<string, Buffer>

/** What a package may hold; everything else is refused, so that nothing unread travels with a published version. */
export const PACKAGE_PATHS: readonly RegExp[] = [
  /^item\.json$/,
  /^flow\.bpmn$/,
  /^form\.json$/,
  /^rules\/[a-z][a-z0-9-]{0,60}\.dmn$/,
  /^documents\/[a-z][a-z-]{0,60}\.typ$/,
  /^scenarios\/[a-z][a-z0-9-]{0,60}\.json$/,
]
export const REQUIRED_PATHS = ['item.json', 'flow.bpmn', 'form.json'] as const

export const MAX_FILES = 200
export const MAX_FILE_BYTES = 1 << 20
export const MAX_PACKAGE_BYTES = 8 << 20

/** @returns hex SHA-256 over the sorted list of path and SHA-256 of every file: same content, same version */
export function packageDigest(files: PackageFiles): string {
  const hash = createHash('sha256')
  for (const path of [...files.keys()].sort()) {
    hash.update(`${path}\0${fileDigest(files.get(path) ?? Buffer.alloc(0))}\n`)
  }
  return hash.digest('hex')
}

export function fileDigest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
