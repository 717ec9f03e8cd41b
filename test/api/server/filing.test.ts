import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { bodyOf, openHouse, type House } from './house.ts'

let house: House

beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

const post = (path: string, headers: Record<string, string> = {}, json?: unknown) =>
  house.http.send(path, { method: 'POST', headers, ...(json === undefined ? {} : { json }) })

describe('the guide', () => {
  it('is open to everyone and says nothing of how a rule is tested', async () => {
    const list = await house.http.json<{ items: { code: string }[] }>(
      `/api/hall/items?search=${encodeURIComponent('养老')}`,
    )
    expect(list.items.map((item) => item.code)).toEqual(['FLEX-PENSION'])
    const guide = await house.http.json<{ rules: object[]; guide: { taskName: { zh: string } } }>(
      '/api/hall/items/FLEX-PENSION',
    )
    expect(guide.guide.taskName.zh).toContain('灵活就业')
    expect(Object.keys(guide.rules[0] ?? {})).not.toContain('test')
    const form = await house.http.json<{ schema: { additionalProperties: boolean } }>(
      '/api/hall/items/FLEX-PENSION/form',
    )
    expect(form.schema.additionalProperties).toBe(false)
  })

  it('of an unknown item is a problem', async () => {
    const answer = await house.http.send('/api/hall/items/NO-SUCH')
    expect(answer.status).toBe(404)
    expect(bodyOf(answer)['code']).toBe('ITEM_NOT_FOUND')
  })
})

describe('a draft', () => {
  it('comes back as it was saved', async () => {
    const draft = await house.givenDraft('flex-pension', 'instant-online')
    const read = await house.http.json<{ form: object; files: { material: string }[] }>(
      draft.path,
      { headers: draft.headers },
    )
    expect(read.form).toEqual(draft.form)
    expect(read.files.map((f) => f.material).sort()).toEqual(['BUSINESS-LICENCE', 'ID-CARD'])
    expect(JSON.stringify(read.files)).not.toContain('storage')
  })

  it('opens to nobody without its token, and a wrong token looks like a wrong id', async () => {
    const draft = await house.givenDraft('flex-pension', 'instant-online')
    const wrongToken = await house.http.send(draft.path, { headers: { 'x-draft-token': 'x' } })
    const noToken = await house.http.send(draft.path)
    const wrongId = await house.http.send('/api/hall/drafts/00000000-0000-4000-8000-000000000000', {
      headers: draft.headers,
    })
    for (const answer of [wrongToken, noToken, wrongId]) {
      expect(answer.status).toBe(404)
      expect({ ...bodyOf(answer), instance: '' }).toEqual({
        ...bodyOf(wrongId),
        instance: '',
      })
    }
  })

  it('is told by check exactly what submit would refuse', async () => {
    const draft = await house.givenDraft('flex-pension', 'instant-online')
    const incomplete = { ...draft.form }
    delete incomplete['residentId']
    await house.http.json(draft.path, {
      method: 'PUT',
      headers: draft.headers,
      json: { form: incomplete },
    })
    const check = bodyOf<{ fields: object[] }>(await post(`${draft.path}/check`, draft.headers))
    const submit = await post(`${draft.path}/submit`, {
      ...draft.headers,
      'idempotency-key': 'incomplete-1',
    })
    expect(submit.status).toBe(422)
    expect(bodyOf(submit)['code']).toBe('DRAFT_INCOMPLETE')
    expect(check.fields.length).toBeGreaterThan(0)
    expect(bodyOf(submit)['fields']).toEqual(check.fields)
  })
})

describe('submit', () => {
  it('asks for an Idempotency-Key and says so', async () => {
    const draft = await house.givenDraft('flex-pension', 'instant-online')
    const answer = await post(`${draft.path}/submit`, draft.headers)
    expect(answer.status).toBe(400)
    expect(bodyOf(answer)['code']).toBe('IDEMPOTENCY_KEY_REQUIRED')
  })

  it('makes one case out of twenty parallel submits with the same key', async () => {
    const draft = await house.givenDraft('flex-pension', 'instant-online')
    const headers = { ...draft.headers, 'idempotency-key': 'twenty-at-once' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(`${draft.path}/submit`, headers)),
    )
    expect(answers.map((a) => a.status)).toEqual(Array.from({ length: 20 }, () => 201))
    expect(new Set(answers.map((a) => a.text)).size).toBe(1)
    const cases: unknown[] = await house.db('case_file').where({ draft_id: draft.draftId })
    expect(cases).toHaveLength(1)
    const started: unknown[] = await house
      .db('engine_command as c')
      .join('case_file as f', 'f.id', 'c.case_id')
      .where({ 'f.draft_id': draft.draftId, 'c.kind': 'start' })
    expect(started).toHaveLength(1)
  })

  it('with another key after that is refused, and the draft can no longer change', async () => {
    const draft = await house.givenDraft('flex-pension', 'instant-online')
    const first = { ...draft.headers, 'idempotency-key': 'first-key-1' }
    expect((await post(`${draft.path}/submit`, first)).status).toBe(201)
    const second = await post(`${draft.path}/submit`, {
      ...draft.headers,
      'idempotency-key': 'second-key-2',
    })
    expect(second.status).toBe(409)
    expect(bodyOf(second)['code']).toBe('ALREADY_SUBMITTED')
    const save = await house.http.send(draft.path, {
      method: 'PUT',
      headers: draft.headers,
      json: { form: {} },
    })
    expect(save.status).toBe(409)
  })

  it('gives a receipt that can be downloaded as PDF, by the case token only', async () => {
    const filed = await house.givenFiled()
    const path = `/api/hall/cases/${filed.caseNo}/documents/${filed.receiptDocumentId}/file`
    const pdf = await house.http.send(path, { headers: filed.bearer })
    expect(pdf.status).toBe(200)
    expect(pdf.text.startsWith('%PDF-')).toBe(true)
    expect(pdf.headers['content-disposition']).toContain('attachment')
    expect(pdf.headers['x-content-type-options']).toBe('nosniff')
    expect((await house.http.send(path)).status).toBe(401)
  })
})

describe('withdrawal', () => {
  it('ends the case once, answers the new status, and repeats harmlessly', async () => {
    const filed = await house.givenFiled()
    const path = `/api/hall/cases/${filed.caseNo}/withdraw`
    const headers = { ...filed.bearer, 'idempotency-key': 'withdraw-1' }
    const first = await post(path, headers, { reason: '材料有误' })
    expect(first.status).toBe(200)
    expect(bodyOf(first)['status']).toBe('withdrawn')
    expect((await post(path, headers, { reason: '材料有误' })).status).toBe(200)
    const again = await post(
      path,
      { ...filed.bearer, 'idempotency-key': 'withdraw-2' },
      { reason: '再撤一次' },
    )
    expect(again.status).toBe(409)
    expect(bodyOf(again)['code']).toBe('ACT_NOT_ALLOWED')
  })
})
