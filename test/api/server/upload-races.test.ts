/** What happens to a draft while the bytes of an upload come in: judged is what is there when they are in. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

import { afterAll, beforeAll, expect, it } from 'vitest'

import { createDrafts } from '../../../core/cases/drafts.ts'
import { createFileStore } from '../../../core/cases/file-store.ts'
import { createUploads } from '../../../core/cases/uploads.ts'
import { openHouse, SAMPLES, type House } from './house.ts'

const PNG = SAMPLES['png'] ?? Buffer.alloc(0)
let house: House
let root: string
beforeAll(async () => {
  house = await openHouse()
  root = mkdtempSync(join(tmpdir(), 'yichuang-uploads-'))
})
afterAll(async () => {
  await house.close()
  rmSync(root, { recursive: true, force: true })
})

async function givenDraft() {
  const { db } = house
  const clock = { now: () => new Date() }
  const uploads = createUploads({ db, clock, fileStore: createFileStore({ root }) })
  const [itemCode = ''] = await db('item').pluck<string[]>('code')
  const { draftId, draftToken } = await createDrafts({ db, clock }).start({
    itemCode,
    channel: 'online',
  })
  const access = { token: draftToken }
  const upload = (fileName: string, content: Readable) =>
    uploads.toDraft(draftId, access, { materialCode: 'ID-CARD', fileName, content })
  const ids = () => db('material_file').where({ draft_id: draftId }).pluck<string[]>('id')
  return { uploads, draftId, access, upload, ids }
}

it('a paper removed while it is sent again is stored anew', async () => {
  const { uploads, draftId, access, upload, ids } = await givenDraft()
  const first = await upload('a.png', Readable.from([PNG]))
  async function* whileRemoving() {
    await uploads.removeFromDraft(draftId, access, first.fileId)
    yield PNG
  }
  const second = await upload('a.png', Readable.from(whileRemoving()))
  expect(second.fileId).not.toBe(first.fileId)
  expect(await ids()).toEqual([second.fileId])
})

it('eight at once of a material that takes fewer leave no more than it takes', async () => {
  const { upload, ids } = await givenDraft()
  const sent = await Promise.allSettled(
    Array.from({ length: 8 }, (_, i) => upload(`${i}.png`, Readable.from([PNG]))),
  )
  const stored = sent.flatMap((s) => (s.status === 'fulfilled' ? [s.value.fileId] : []))
  const refusals = sent.flatMap((s) => (s.status === 'rejected' ? [s.reason as unknown] : []))
  expect(stored.length).toBeGreaterThan(0)
  expect(refusals.length).toBeGreaterThan(0)
  for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'FILE_COUNT_EXCEEDED' })
  expect((await ids()).sort()).toEqual(stored.sort())
})
