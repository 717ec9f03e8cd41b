/** Files of applicants and rendered papers on disk, under random names outside every web root. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform, type Readable, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
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

  async function put(source: Readable, limits: { maxBytes: number }): Promise<StoredFile> {
    const name = randomBytes(16).toString('hex')
    const storageKey = `${name.slice(0, 2)}/${name}`
    await mkdir(join(root, name.slice(0, 2)), { recursive: true })
    const partial = join(root, `${storageKey}.part`)
    const meter = createMeter(limits.maxBytes)
    try {
      await pipeline(source, meter.stream, createWriteStream(partial, { flags: 'wx', mode: 0o600 }))
      if (meter.size() === 0) throw problem('FILE_EMPTY')
      await flushToDisk(partial)
      await rename(partial, pathOf(storageKey))
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
    return { storageKey, sha256: meter.sha256(), sizeBytes: meter.size(), head: meter.head() }
  }

  return {
    put,
    read: (storageKey) => createReadStream(pathOf(storageKey)),
    remove: (storageKey) => rm(pathOf(storageKey), { force: true }),
  }
}

/** An acknowledged upload is part of a legal file: it must survive a power cut. */
async function flushToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function createMeter(maxBytes: number) {
  const hash = createHash('sha256')
  const head: Buffer[] = []
  let size = 0
  let headSize = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      size += chunk.length
      if (size > maxBytes) {
        done(problem('FILE_TOO_LARGE', { detail: `max ${maxBytes} bytes` }))
        return
      }
      if (headSize < HEAD_BYTES) {
        head.push(chunk.subarray(0, HEAD_BYTES - headSize))
        headSize += chunk.length
      }
      hash.update(chunk)
      done(null, chunk)
    },
  })
  return {
    stream,
    size: () => size,
    head: () => Buffer.concat(head),
    sha256: () => hash.digest('hex'),
  }
}
