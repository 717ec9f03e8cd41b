/** Brings a package into memory, from a folder of this machine or from an uploaded zip, within fixed limits. */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Unzip, UnzipInflate, type UnzipFile } from 'fflate'
import { Problem, problem, type ProblemField } from '../../contracts/problems.ts'
import { MAX_FILE_BYTES, MAX_FILES, MAX_PACKAGE_BYTES, type PackageFiles } from './package-files.ts'

/** @throws PACKAGE_REFUSED when the folder is missing, holds links, or is too large */
export async function readPackageFolder(dir: string): Promise<PackageFiles> {
  const files = new Map<string, Buffer>()
  const budget = createBudget()
  async function walk(relative: string): Promise<void> {
    const entries = await readdir(join(dir, relative), { withFileTypes: true }).catch(() => {
      throw refused('.', 'FOLDER_UNREADABLE', '文件夹不存在或无法读取', 'The folder cannot be read')
    })
    for (const entry of entries) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`
      // Editors and file managers leave these behind; they are no part of a package.
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory()) await walk(path)
      else if (!entry.isFile())
        throw refused(path, 'NOT_A_FILE', '只能是普通文件', 'Only plain files are allowed')
      else {
        budget.file(path)
        budget.bytes(path, (await lstat(join(dir, path))).size)
        files.set(path, await readFile(join(dir, path)))
      }
    }
  }
  await walk('')
  return files
}

/** Deflate grows at most about a thousandfold: a slice is at most some 4 MiB of output. */
const SLICE = 4096

/**
 * Unpacks while counting: what would grow beyond the limits is given up before it is in memory (zip bomb). One folder
 * around everything is taken off, as file managers make it.
 * @throws PACKAGE_REFUSED
 */
export function readPackageZip(zip: Uint8Array): PackageFiles {
  if (zip.length > MAX_PACKAGE_BYTES) throw tooLarge('.', MAX_PACKAGE_BYTES)
  const chunks = new Map<string, { parts: Uint8Array[]; done: boolean }>()
  const budget = createBudget()
  const unzip = new Unzip((file) => {
    const path = file.name.replaceAll('\\', '/')
    if (path.endsWith('/')) return
    refuseUnsafePath(path)
    if (path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')) return
    budget.file(path)
    if (chunks.has(path))
      throw refused(path, 'DUPLICATE_PATH', '压缩包里有重名文件', 'The zip holds this path twice')
    const entry = { parts: [] as Uint8Array[], done: false }
    chunks.set(path, entry)
    inflate(file, path, entry, budget)
  })
  unzip.register(UnzipInflate)
  try {
    // In slices, so that a bomb is stopped after one slice and not after all of it.
    for (let at = 0; at < zip.length; at += SLICE)
      unzip.push(zip.subarray(at, at + SLICE), at + SLICE >= zip.length)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw notAZip(error)
  }
  if (chunks.size === 0 || [...chunks.values()].some((entry) => !entry.done)) throw notAZip()
  const files = new Map([...chunks].map(([path, { parts }]) => [path, Buffer.concat(parts)]))
  return withoutOuterFolder(files)
}

function inflate(
  file: UnzipFile,
  path: string,
  entry: { parts: Uint8Array[]; done: boolean },
  budget: Budget,
): void {
  let size = 0
  file.ondata = (error, chunk, final) => {
    // fflate hands back what was thrown here: our own refusal is the better reason.
    if (error !== null) throw error instanceof Problem ? error : notAZip(error)
    size += chunk.length
    if (size > MAX_FILE_BYTES) throw tooLarge(path, MAX_FILE_BYTES)
    budget.bytes(path, chunk.length)
    entry.parts.push(chunk)
    entry.done = final
  }
  file.start()
}

interface Budget {
  file(path: string): void
  bytes(path: string, count: number): void
}

function createBudget(): Budget {
  let files = 0
  let total = 0
  return {
    file(path) {
      files += 1
      if (files > MAX_FILES)
        throw refused(
          path,
          'TOO_MANY_FILES',
          `文件不得超过${MAX_FILES}个`,
          `At most ${MAX_FILES} files are allowed`,
        )
    },
    bytes(path, count) {
      total += count
      if (count > MAX_FILE_BYTES) throw tooLarge(path, MAX_FILE_BYTES)
      if (total > MAX_PACKAGE_BYTES) throw tooLarge(path, MAX_PACKAGE_BYTES)
    },
  }
}

function refuseUnsafePath(path: string): void {
  const parts = path.split('/')
  if (
    path.startsWith('/') ||
    /^[A-Za-z]:/.test(path) ||
    parts.includes('..') ||
    path.includes('\0')
  )
    throw refused(path, 'UNSAFE_PATH', '路径越出了包', 'The path leaves the package')
}

function withoutOuterFolder(files: Map<string, Buffer>): PackageFiles {
  if (files.has('item.json')) return files
  const folders = new Set([...files.keys()].map((path) => path.slice(0, path.indexOf('/') + 1)))
  const [folder] = folders
  if (folders.size !== 1 || folder === undefined || folder === '') return files
  return new Map([...files].map(([path, content]) => [path.slice(folder.length), content]))
}

function tooLarge(path: string, limit: number) {
  const kib = Math.round(limit / 1024)
  return refused(path, 'TOO_LARGE', `超过${kib} KiB`, `It is larger than ${kib} KiB`)
}

function notAZip(cause?: unknown) {
  const fields = [field('.', 'NOT_A_ZIP', '不是完整的zip压缩包', 'It is not a complete zip file')]
  return problem('PACKAGE_REFUSED', { fields, cause })
}

function refused(path: string, code: string, zh: string, en: string) {
  return problem('PACKAGE_REFUSED', { fields: [field(path, code, zh, en)] })
}

function field(path: string, code: string, zh: string, en: string): ProblemField {
  return { field: path, code, zh, en }
}
