import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openHouse, SAMPLES, type House } from './house.ts'

let house: House
let draft: Awaited<ReturnType<House['givenDraft']>>

beforeAll(async () => {
  house = await openHouse()
  draft = await house.givenDraft('flex-pension', 'instant-online')
})
afterAll(() => house.close())

const ID_CARD = () => `${draft.path}/materials/ID-CARD`
const rows = async () => (await house.db('material_file')).length

/** Refused, and neither a row nor a file is left of it. */
async function refused(path: string, file: { name: string; content: Buffer }) {
  const before = { rows: await rows(), files: await house.storedFiles() }
  const answer = await house.upload(path, draft.headers, file)
  expect({ rows: await rows(), files: await house.storedFiles() }).toEqual(before)
  return { status: answer.status, code: answer.body['code'] }
}

describe('an upload', () => {
  it('is typed by its bytes and hashed, whatever its name claims', async () => {
    const answer = await house.upload(ID_CARD(), draft.headers, {
      name: '..\\..\\etc/证件.pdf',
      content: SAMPLES['png'] ?? Buffer.alloc(0),
    })
    expect(answer.status).toBe(201)
    expect(answer.body['mediaType']).toBe('image/png')
    expect(answer.body['sha256']).toMatch(/^[0-9a-f]{64}$/)
    const stored: unknown[] = await house
      .db('material_file')
      .where({ id: answer.body['fileId'] as string })
      .pluck('file_name')
    expect(String(stored[0])).not.toMatch(/[\\/]etc\//)
  })

  it('beyond the count of the material is refused', async () => {
    expect(
      await refused(ID_CARD(), { name: 'c.png', content: SAMPLES['png'] ?? Buffer.alloc(0) }),
    ).toEqual({ status: 409, code: 'FILE_COUNT_EXCEEDED' })
  })

  it.each([
    ['a program named .pdf', 'x.pdf', Buffer.from('MZ\u0090\u0000 not a paper')],
    ['a page named .png', 'x.png', Buffer.from('<html><script>alert(1)</script>')],
  ])('of %s is refused', async (_what, name, content) => {
    expect(await refused(`${draft.path}/materials/BUSINESS-LICENCE`, { name, content })).toEqual({
      status: 415,
      code: 'FILE_TYPE_REFUSED',
    })
  })

  it('of nothing is refused', async () => {
    expect(
      await refused(`${draft.path}/materials/BUSINESS-LICENCE`, {
        name: 'x.pdf',
        content: Buffer.alloc(0),
      }),
    ).toEqual({ status: 422, code: 'FILE_EMPTY' })
  })

  it('too large in mid-stream leaves nothing behind', async () => {
    const content = Buffer.concat([SAMPLES['pdf'] ?? Buffer.alloc(0), Buffer.alloc(11 * 1024 ** 2)])
    expect(
      await refused(`${draft.path}/materials/BUSINESS-LICENCE`, { name: 'x.pdf', content }),
    ).toEqual({ status: 413, code: 'FILE_TOO_LARGE' })
  })

  it('for a paper the item does not list is refused', async () => {
    const content = SAMPLES['pdf'] ?? Buffer.alloc(0)
    expect(await refused(`${draft.path}/materials/NO-SUCH`, { name: 'x.pdf', content })).toEqual({
      status: 422,
      code: 'MATERIAL_UNKNOWN',
    })
  })

  it('that is cut off leaves nothing behind', async () => {
    const before = { rows: await rows(), files: await house.storedFiles() }
    const cut = new AbortController()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(
          new TextEncoder().encode(
            '--b\r\ncontent-disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n%PDF-1.7',
          ),
        )
      },
    })
    const sending = fetch(`${house.publicUrl}${draft.path}/materials/BUSINESS-LICENCE`, {
      method: 'POST',
      headers: { ...draft.headers, 'content-type': 'multipart/form-data; boundary=b' },
      body,
      duplex: 'half',
      signal: cut.signal,
    })
    // The server has begun to write when the partial file is there.
    while ((await house.storedFiles()) === before.files) await new Promise(setImmediate)
    cut.abort()
    await expect(sending).rejects.toThrow()
    while ((await house.storedFiles()) !== before.files) await new Promise(setImmediate)
    expect(await rows()).toBe(before.rows)
  })

  it('that is no multipart body is a problem, not a crash', async () => {
    const answer = await house.http.send(ID_CARD(), {
      method: 'POST',
      headers: { ...draft.headers, 'content-type': 'application/pdf' },
      body: '%PDF-1.7',
    })
    expect(answer.status).toBe(415)
  })

  it('can be removed again, by its draft only', async () => {
    const { files } = await house.http.json<{ files: { id: string; material: string }[] }>(
      draft.path,
      { headers: draft.headers },
    )
    const fileId = files.find((f) => f.material === 'ID-CARD')?.id ?? ''
    const path = `${draft.path}/materials/${fileId}`
    const other = await house.givenDraft('flex-pension', 'instant-online')
    const foreign = await house.http.send(`${other.path}/materials/${fileId}`, {
      method: 'DELETE',
      headers: other.headers,
    })
    expect(foreign.status).toBe(404)
    const before = await house.storedFiles()
    const own = await house.http.send(path, { method: 'DELETE', headers: draft.headers })
    expect(own.status).toBe(204)
    expect(await house.storedFiles()).toBe(before - 1)
  })
})
