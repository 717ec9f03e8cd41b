import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openHouse, SAMPLES, type House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ items: ['labour-dispatch'] })
})
afterAll(() => house.close())

describe('the log', () => {
  it('of a whole case, with every kind of fault on the way, knows no person and no secret', async () => {
    // given a case with everything personal in it: names, numbers, phones, an address to send to
    const filed = await house.givenFiled('labour-dispatch', 'grant-with-tolerance')
    const { transport } = await house.scenario('labour-dispatch', 'grant-with-tolerance')
    const clerk = await house.signIn('window1')
    const cases = `/api/hall/cases/${filed.caseNo}`

    // when it is read, worked on, asked about wrongly, and when the machine fails in between
    await house.http.send(`${cases}/status`, { headers: filed.bearer })
    await house.http.send(`${cases}/status?phone=13800138001`, { headers: filed.bearer })
    await house.http.send('/api/hall/case-access', {
      method: 'POST',
      json: { caseNo: filed.caseNo, queryCode: 'WRONGONE' },
    })
    const taskId = await house.givenTask(filed.caseNo, 'Task_Accept')
    await clerk.get(`/api/desk/cases/${filed.caseNo}`)
    await clerk.post(`/api/desk/tasks/${taskId}/claim`)
    await clerk.http.send(`/api/desk/tasks/${taskId}/accept`, {
      method: 'POST',
      headers: clerk.headers,
      json: { outcome: 'accept', tolerated: ['林海明'] },
    })
    const draft = await house.givenDraft('labour-dispatch', 'grant-with-tolerance')
    await house.upload(`${draft.path}/materials/ARTICLES`, draft.headers, {
      name: '林海明的身份证.pdf',
      content: SAMPLES['pdf'] ?? Buffer.alloc(0),
    })
    await house.ownerDb.raw(
      'alter table case_draft add constraint trial check (form is null) not valid',
    )
    const failed = await house.http.send(draft.path, {
      method: 'PUT',
      headers: draft.headers,
      json: { form: draft.form },
    })
    await house.ownerDb.raw('alter table case_draft drop constraint trial')
    expect(failed.status).toBe(500)
    await house.http.send(`${cases}/withdraw`, {
      method: 'POST',
      headers: { ...filed.bearer, 'idempotency-key': 'withdraw-1' },
      json: { reason: '林海明不办了' },
    })

    // then the log tells what happened without any of it
    const log = house.log()
    expect(log).toContain('/api/hall/drafts/:id/submit')
    expect(log).toContain('violates check constraint')
    const personal = [
      ...Object.values(filed.form),
      ...Object.values(transport.recipient ?? {}),
      '林海明的身份证',
      filed.queryCode,
      filed.token,
      draft.headers['x-draft-token'],
      clerk.headers['x-csrf-token'],
    ].filter((value): value is string => typeof value === 'string' && value.length > 6)
    expect(personal.length).toBeGreaterThan(10)
    for (const value of personal) expect(log.includes(value), value).toBe(false)
    expect(log).not.toContain('林海明')
    expect(log).not.toContain('13800138001')
  })
})
