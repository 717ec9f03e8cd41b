import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileStore } from '../../../core/cases/file-store.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'file-store-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function filesLeft(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((e) => e.isFile()).map((e) => e.name)
}

describe('the file store', () => {
  it('keeps the bytes, their size and SHA-256', async () => {
    const bytes = randomBytes(200_000)
    const stored = await createFileStore({ root }).put(
      Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]),
      { maxBytes: 200_000 },
    )
    expect(stored.sizeBytes).toBe(200_000)
    expect(stored.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(stored.head.equals(bytes.subarray(0, stored.head.length))).toBe(true)
    expect((await buffer(createFileStore({ root }).read(stored.storageKey))).equals(bytes)).toBe(
      true,
    )
  })

  it('leaves nothing of a file that is too large, empty or broken off', async () => {
    const store = createFileStore({ root })
    const brokenOff = new Readable({
      read() {
        this.push(Buffer.from('abc'))
        this.destroy(new Error('the applicant closed the page'))
      },
    })
    await expect(
      store.put(Readable.from([Buffer.alloc(11)]), { maxBytes: 10 }),
    ).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
    await expect(store.put(Readable.from([]), { maxBytes: 10 })).rejects.toMatchObject({
      code: 'FILE_EMPTY',
    })
    await expect(store.put(brokenOff, { maxBytes: 10 })).rejects.toThrow('closed the page')
    expect(await filesLeft()).toEqual([])
  })

  it('reads nothing but its own keys', () => {
    expect(() => createFileStore({ root }).read('../../etc/passwd')).toThrow(/malformed/)
  })
})
