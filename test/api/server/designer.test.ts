import { join } from 'node:path'
import { unzipSync, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { readPackageFolder } from '../../../core/catalogue/read-package.ts'
import { bodyOf, openHouse, PROCESSES, type House } from './house.ts'

let house: House
let designer: Awaited<ReturnType<House['signIn']>>

beforeAll(async () => {
  house = await openHouse()
  designer = await house.signIn('designer1')
})
afterAll(() => house.close())

const zipOf = (files: ReadonlyMap<string, Buffer>) =>
  Buffer.from(zipSync(Object.fromEntries(files)))
const send = (path: string, content: Buffer) =>
  house.upload(
    `/api/designer/${path}`,
    { ...designer.headers, cookie: cookieOf() },
    {
      name: 'item.zip',
      content,
    },
  )

let cookie = ''
const cookieOf = () => cookie
beforeAll(async () => {
  // The upload goes through fetch, which has no jar of its own.
  const { token } = await house.services.sessions.create({ personId: await personOf('designer1') })
  const { csrfToken } = (await house.services.sessions.find(token)) ?? { csrfToken: '' }
  cookie = `yichuang_session=${token}`
  designer.headers['x-csrf-token'] = csrfToken
})

async function personOf(login: string): Promise<string> {
  const [id] = await house
    .db('person')
    .where({ subject: `demo|${login}` })
    .pluck<string[]>('id')
  return id ?? ''
}

describe('a package', () => {
  it('is checked without leaving a trace', async () => {
    const files = await readPackageFolder(join(PROCESSES, 'food-licence'))
    const answer = await send('packages/check', zipOf(files))
    expect(answer.status).toBe(200)
    expect(answer.body['itemCode']).toBe('FOOD-LICENCE')
    expect(await house.db('item_version').where({ item_code: 'FOOD-LICENCE' })).toEqual([])
  })

  it('is published once the engine has it, and comes back byte for byte', async () => {
    const files = await readPackageFolder(join(PROCESSES, 'food-licence'))
    const publishing = send('packages', zipOf(files))
    await deployWhenAsked('FOOD-LICENCE')
    const answer = await publishing
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({ itemCode: 'FOOD-LICENCE', version: 1, state: 'published' })

    const again = await send('packages', zipOf(files))
    expect(again.body).toEqual(answer.body)

    const download = await fetch(
      `${house.publicUrl}/api/designer/items/FOOD-LICENCE/versions/1/package`,
      { headers: { cookie } },
    )
    const unpacked = unzipSync(new Uint8Array(await download.arrayBuffer()))
    expect(Object.keys(unpacked).sort()).toEqual([...files.keys()].sort())
    for (const [path, content] of files)
      expect(Buffer.from(unpacked[path] ?? []).equals(content)).toBe(true)

    const detail = await house.http.send('/api/designer/items/FOOD-LICENCE/versions/1', {
      headers: { cookie },
    })
    expect(bodyOf<{ steps: { id: string }[] }>(detail).steps.map((s) => s.id)).toContain(
      'Task_Decide',
    )
  })

  it('that breaks a rule is refused with where and why', async () => {
    const files = new Map(await readPackageFolder(join(PROCESSES, 'food-licence')))
    const item = JSON.parse(files.get('item.json')?.toString() ?? '') as {
      guide: { acceptDays: number }
    }
    item.guide.acceptDays = 50
    files.set('item.json', Buffer.from(JSON.stringify(item)))
    const answer = await send('packages', zipOf(files))
    expect(answer.status).toBe(422)
    expect(answer.body['code']).toBe('PACKAGE_REFUSED')
    expect(JSON.stringify(answer.body['fields'])).toContain('item.json#/guide/acceptDays')
  })

  it.each([
    ['no zip at all', Buffer.from('PK nonsense')],
    ['a path that leaves the package', zipOf(new Map([['../item.json', Buffer.from('{}')]]))],
  ])('that is %s is refused', async (_what, content) => {
    const answer = await send('packages', content)
    expect(answer.status).toBe(422)
    expect(answer.body['code']).toBe('PACKAGE_REFUSED')
  })

  it('that the engine refuses is told in the words of its gate', async () => {
    const files = new Map(await readPackageFolder(join(PROCESSES, 'flex-pension')))
    const item = JSON.parse(files.get('item.json')?.toString() ?? '') as {
      guide: { linkWay: string }
    }
    item.guide.linkWay = '020-00000000'
    files.set('item.json', Buffer.from(JSON.stringify(item)))
    const publishing = send('packages', zipOf(files))
    await whenAsked('FLEX-PENSION', (id) =>
      house
        .db('item_version')
        .where({ id })
        .update({ state: 'refused', refusal: 'no scripts here' }),
    )
    const answer = await publishing
    expect(answer.status).toBe(422)
    expect(JSON.stringify(answer.body['fields'])).toContain('no scripts here')
    // The version before stays in force.
    expect((await house.http.send('/api/hall/items/FLEX-PENSION')).status).toBe(200)
  })
})

const deployWhenAsked = (code: string) => whenAsked(code, (id) => house.givenDeployed(id))

/** Plays the outbox: acts on the version as soon as its deployment was asked for. */
async function whenAsked(code: string, act: (id: string) => Promise<unknown>): Promise<void> {
  for (;;) {
    const ids = await house
      .db('item_version')
      .where({ item_code: code, state: 'deploying' })
      .pluck<(string | number)[]>('id')
    if (ids[0] !== undefined) {
      await act(String(ids[0]))
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
