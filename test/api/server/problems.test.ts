import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { PROBLEMS } from '../../../contracts/problems.ts'
import { bodyOf, openHouse, type House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

interface Body {
  code: string
  title: string
  status: number
  remedy: string
  instance: string
  fields?: { field: string; code: string; zh: string; en: string }[]
}

const startDraft = (ask: { json?: unknown; body?: string; headers?: Record<string, string> }) =>
  house.http.send('/api/hall/drafts', { method: 'POST', ...ask })

describe('a problem', () => {
  it.each([
    ['an unknown address', 'GET', '/api/hall/nothing-here'],
    ['a method nobody offers', 'DELETE', '/api/hall/items'],
    ['an address outside', 'GET', '/wp-login.php'],
  ] as const)('answers %s', async (_what, method, path) => {
    const answer = await house.http.send(path, { method })
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(bodyOf<Body>(answer)).toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
      title: PROBLEMS.NOT_FOUND.zh,
    })
  })

  it('names each fault of a body in Chinese and English, without repeating what was sent', async () => {
    const answer = await startDraft({
      json: { itemCode: 'geheim 440106199003071231', channel: 'fax', extra: 1 },
    })
    const body = bodyOf<Body>(answer)
    expect(answer.status).toBe(400)
    expect(body.fields?.map((f) => f.field).sort()).toEqual(['/channel', '/extra', '/itemCode'])
    for (const field of body.fields ?? []) {
      expect(field.zh).toMatch(/[\u4e00-\u9fff]/)
      expect(field.en).toMatch(/[a-z]/)
    }
    expect(answer.text).not.toContain('440106199003071231')
  })

  it('never repairs a body: a number is no text, a text is no number', async () => {
    const draft = await house.givenDraft('flex-pension', 'instant-online')
    const answer = await house.http.send(draft.path, {
      method: 'PUT',
      headers: draft.headers,
      json: { transport: { inbound: ['upload'] } },
    })
    expect(answer.status).toBe(400)
  })

  it('reads a query as text and coerces it', async () => {
    const clerk = await house.signIn('window1')
    expect((await clerk.http.send('/api/desk/inbox?pageSize=2&mine=true')).status).toBe(200)
    const answer = await clerk.http.send('/api/desk/inbox?pageSize=1000&state=all')
    expect(
      bodyOf<Body>(answer)
        .fields?.map((f) => f.field)
        .sort(),
    ).toEqual(['pageSize', 'state'])
  })

  it.each([
    ['malformed JSON', '{"itemCode": '],
    ['JSON that pollutes', '{"__proto__": {"x": 1}, "itemCode": "A", "channel": "online"}'],
  ])('answers %s', async (_what, body) => {
    const answer = await startDraft({ body, headers: { 'content-type': 'application/json' } })
    expect(answer.status).toBe(400)
    expect(bodyOf<Body>(answer).code).toBe('INVALID_INPUT')
  })

  it('answers a type nobody reads', async () => {
    const answer = await startDraft({ body: '<x/>', headers: { 'content-type': 'text/xml' } })
    expect(answer.status).toBe(415)
    expect(bodyOf<Body>(answer).code).toBe('UNSUPPORTED_MEDIA')
  })

  it('answers a body beyond the limit', async () => {
    const answer = await startDraft({ json: { itemCode: 'A'.repeat(600 * 1024) } })
    expect(answer.status).toBe(413)
  })

  it('speaks English to whoever asks for it', async () => {
    const answer = await house.http.send('/api/hall/items/NO-SUCH', {
      headers: { 'accept-language': 'en-GB,en;q=0.9' },
    })
    expect(bodyOf<Body>(answer)).toMatchObject({
      title: PROBLEMS.ITEM_NOT_FOUND.en,
      remedy: PROBLEMS.ITEM_NOT_FOUND.doEn,
    })
  })

  it('of the machine says nothing of the machine, and its instance stands in the log', async () => {
    const filed = await house.givenFiled()
    await house.ownerDb.raw('alter table document rename to document_away')
    const answer = await house.http.send(`/api/hall/cases/${filed.caseNo}/documents`, {
      headers: filed.bearer,
    })
    await house.ownerDb.raw('alter table document_away rename to document')
    const body = bodyOf<Body>(answer)
    expect(answer.status).toBe(500)
    expect(body.code).toBe('INTERNAL')
    expect(answer.text).not.toMatch(/relation|select|document/)
    expect(house.log()).toContain(body.instance)
  })

  it('is sent with headers that keep a browser from doing anything with it', async () => {
    const answer = await house.http.send('/api/hall/items')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('a writing door', () => {
  it('has a budget for each address', async () => {
    const small = await openHouse({ settings: { rateLimit: 3 } })
    try {
      const json = { itemCode: 'FLEX-PENSION', channel: 'online' }
      const codes: number[] = []
      for (let i = 0; i < 5; i += 1)
        codes.push((await small.http.send('/api/hall/drafts', { method: 'POST', json })).status)
      expect(codes).toEqual([201, 201, 201, 429, 429])
      expect((await small.http.send('/api/hall/items')).status).toBe(200)
    } finally {
      await small.close()
    }
  })
})
