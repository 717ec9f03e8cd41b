import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { bodyOf, openHouse, type House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
beforeEach(async () => {
  await house.db('query_failure').delete()
})
afterAll(() => house.close())

const ask = (caseNo: string, queryCode: string) =>
  house.http.send('/api/hall/case-access', { method: 'POST', json: { caseNo, queryCode } })

const withoutInstance = (answer: { text: string }) => ({ ...bodyOf(answer), instance: '' })

describe('query by number and code', () => {
  it('answers a wrong number and a wrong code alike', async () => {
    const filed = await house.givenFiled()
    const wrongCode = await ask(filed.caseNo, 'AAAAAAAA')
    const wrongNumber = await ask('TH200101-0001', filed.queryCode)
    expect(wrongCode.status).toBe(404)
    expect(wrongNumber.status).toBe(404)
    expect(withoutInstance(wrongCode)).toEqual(withoutInstance(wrongNumber))
    expect(Object.keys(wrongCode.headers).sort()).toEqual(Object.keys(wrongNumber.headers).sort())
  })

  it('takes the code in small letters and with blanks, as people type', async () => {
    const filed = await house.givenFiled()
    const answer = await ask(` ${filed.caseNo.toLowerCase()} `, ` ${filed.queryCode.toLowerCase()}`)
    expect(answer.status).toBe(200)
  })

  it('locks after five failures, also for the right code, and opens after 15 minutes', async () => {
    const filed = await house.givenFiled()
    for (let i = 0; i < 5; i += 1) expect((await ask(filed.caseNo, 'WRONGONE')).status).toBe(404)
    const locked = await ask(filed.caseNo, filed.queryCode)
    expect(locked.status).toBe(429)
    expect(bodyOf(locked)['code']).toBe('TOO_MANY_REQUESTS')
    house.time.offsetMs += 15 * 60_000 + 1
    expect((await ask(filed.caseNo, filed.queryCode)).status).toBe(200)
  })

  it('locks a number that does not exist just the same', async () => {
    for (let i = 0; i < 5; i += 1) await ask('TH200101-9999', 'WRONGONE')
    expect((await ask('TH200101-9999', 'WRONGONE')).status).toBe(429)
  })

  it('counts fifty wrong guesses at once as failures, not one of them right', async () => {
    const filed = await house.givenFiled()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => ask(filed.caseNo, `GUESS${i}`)),
    )
    expect(answers.every((a) => a.status === 404 || a.status === 429)).toBe(true)
    expect((await ask(filed.caseNo, filed.queryCode)).status).toBe(429)
  })
})

describe('the case token', () => {
  it('opens its own case and no other', async () => {
    const [one, two] = [await house.givenFiled(), await house.givenFiled()]
    const own = await house.http.send(`/api/hall/cases/${one.caseNo}/status`, {
      headers: one.bearer,
    })
    const other = await house.http.send(`/api/hall/cases/${two.caseNo}/status`, {
      headers: one.bearer,
    })
    expect(own.status).toBe(200)
    expect(other.status).toBe(401)
    expect(bodyOf(other)['code']).toBe('CASE_ACCESS_REQUIRED')
  })

  it.each(['status', 'events', 'corrections', 'documents'])(
    'is demanded by %s',
    async (resource) => {
      const filed = await house.givenFiled()
      const path = `/api/hall/cases/${filed.caseNo}/${resource}`
      const [header, payload] = filed.token.split('.')
      for (const headers of [
        {},
        { authorization: 'Bearer x' },
        { authorization: `Bearer ${header}.${payload}.AAAA` },
        // alg none
        {
          authorization: `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
        },
      ] as Record<string, string>[])
        expect((await house.http.send(path, { headers })).status).toBe(401)
    },
  )

  it('ends after 30 minutes, also when it was seen before', async () => {
    const filed = await house.givenFiled()
    const path = `/api/hall/cases/${filed.caseNo}/status`
    expect((await house.http.send(path, { headers: filed.bearer })).status).toBe(200)
    house.time.offsetMs += 30 * 60_000 + 1000
    expect((await house.http.send(path, { headers: filed.bearer })).status).toBe(401)
  })
})

describe('what a citizen sees', () => {
  it('is masked', async () => {
    const filed = await house.givenFiled()
    const status = await house.http.send(`/api/hall/cases/${filed.caseNo}/status`, {
      headers: filed.bearer,
    })
    const { fullName, residentId, mobile, homeAddress } = filed.form as Record<string, string>
    for (const value of [fullName, residentId, mobile, homeAddress])
      expect(status.text).not.toContain(value ?? 'missing')
    expect(bodyOf(status)['applicant']).toBe('吴*昂')
  })
})
