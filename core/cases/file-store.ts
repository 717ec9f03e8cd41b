/** Files of applicants and rendered papers on disk, under random names outside every web root. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { problem } from '../../contracts/problems.ts'

export interface StoredFile {
  readonly storageKey: string
  /** hex */
  readonly sha256: string
  readonly sizeBytes: number
  /** the first bytes, for sniffing the type */
  readonly head: Buffer
}

export interface FileStore {
  /** Streams to disk, counting and hashing; nothing stays behind when it throws. @throws FILE_TOO_LARGE, FILE_EMPTY */
  put(source: Readable, limits: { maxBytes: number }): Promise<StoredFile>
  /** The same for what is in memory already. */
  putBytes(bytes: Buffer): Promise<Omit<StoredFile, 'head'>>
  read(storageKey: string): Readable
  remove(storageKey: string): Promise<void>
}

const HEAD_BYTES = 4100
const KEY = /^[0-9a-f]{2}\/[0-9a-f]{32}$/

export function createFileStore({ root }: { root: string }): FileStore {
  const pathOf = (storageKey: string) => {
    if (!KEY.test(storageKey)) throw new Error('malformed storage key')
    return join(root, storageKey)
  }

  const folders = new Set<string>()

  /** Under another name until all of it is on disk: an acknowledged file is part of a legal file and survives a power cut. */
  async function store(write: (file: FileHandle) => Promise<void>): Promise<string> {
    const name = randomBytes(16).toString('hex')
    const folder = name.slice(0, 2)
    if (!folders.has(folder)) await mkdir(join(root, folder), { recursive: true })
    folders.add(folder)
    const storageKey = `${folder}/${name}`
    const partial = join(root, `${storageKey}.part`)
    try {
      const file = await open(partial, 'wx', 0o600)
      try {
        await write(file)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(partial, pathOf(storageKey))
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
    return storageKey
  }

  async function put(source: Readable, limits: { maxBytes: number }): Promise<StoredFile> {
    const meter = createMeter(limits.maxBytes)
    const storageKey = await store(async (file) => {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        meter.count(chunk)
        // Unlike `write`, which may take less than it is given when the disk fills up.
        await file.writeFile(chunk)
      }
      if (meter.size() === 0) throw problem('FILE_EMPTY')
    })
    return { storageKey, sha256: meter.sha256(), sizeBytes: meter.size(), head: meter.head() }
  }

  async function putBytes(bytes: Buffer): Promise<Omit<StoredFile, 'head'>> {
    const storageKey = await store(async (file) => void (await file.writeFile(bytes)))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return { storageKey, sha256, sizeBytes: bytes.length }
  }

  return {
    put,
    putBytes,
    read: (storageKey) => createReadStream(pathOf(storageKey)),
    remove: (storageKey) => rm(pathOf(storageKey), { force: true }),
  }
}

function createMeter(maxBytes: number) {
  const hash = createHash('sha256')
  const head: Buffer[] = []
  let size = 0
  let headSize = 0
  return {
    /** @throws FILE_TOO_LARGE */
    count(chunk: Buffer): void {
      size += chunk.length
      if (size > maxBytes) throw problem('FILE_TOO_LARGE', { detail: `max ${maxBytes} bytes` })
      if (headSize < HEAD_BYTES) {
        head.push(chunk.subarray(0, HEAD_BYTES - headSize))
        headSize += chunk.length
      }
      hash.update(chunk)
    },
    size: () => size,
    head: () => Buffer.concat(head),
    sha256: () => hash.digest('hex'),
  }
}
