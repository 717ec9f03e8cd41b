import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { sealEnvelope } from '../../../partners/ems/envelope.ts'
import { demoKeys } from '../../../partners/demo-keys.ts'
import { ConfigError } from '../../../core/configuration/read-environment.ts'
import { readConfig } from '../../../server/config.ts'
import { bodyOf, openHouse, type House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

describe('the courier’s push', () => {
  const push = (form: Record<string, string>) =>
    house.http.send('/api/partners/ems/push', { method: 'POST', form })

  it('that does not carry the key is answered in the courier’s format and changes nothing', async () => {
    const answer = await push({
      serialNo: 'S1',
      method: '040002',
      senderNo: demoKeys.ems.senderNo,
      logitcsInterface: '|$4|AAAA',
    })
    expect(bodyOf(answer)).toMatchObject({ serialNo: 'S1', senderNo: demoKeys.ems.senderNo })
    expect(bodyOf(answer)['code']).not.toBe('00000')
    expect(await house.db('parcel_trace')).toEqual([])
  })

  it('about a parcel of another system is acknowledged, so that it is not pushed for ever', async () => {
    const trace = {
      waybillNo: '1234567890123',
      opTime: '2026-11-23 10:00:00',
      opCode: '704',
      opName: '妥投',
      opDesc: '已签收',
      opOrgCode: '51000000',
      opOrgName: '天河揽投部',
      opOrgProvName: '广东省',
      opOrgCity: '广州市',
      operatorNo: '1',
      operatorName: '李',
      deliverCode: '10',
    }
    const text = JSON.stringify({ traceNo: randomUUID(), ...trace })
    const answer = await push({
      serialNo: 'S2',
      method: '040002',
      senderNo: demoKeys.ems.senderNo,
      logitcsInterface: sealEnvelope(text, demoKeys.ems.signKey),
    })
    expect(bodyOf(answer)).toMatchObject({ serialNo: 'S2', code: '00000' })
  })
})

describe('the operator’s report', () => {
  it('about a message that is not ours is taken and forgotten', async () => {
    const answer = await house.http.send('/api/partners/sms/report', {
      method: 'POST',
      json: [
        {
          phone_number: '13800000000',
          send_time: '2026-11-23 10:00:00',
          report_time: '2026-11-23 10:00:01',
          success: true,
          err_code: 'DELIVERED',
          err_msg: '用户接收成功',
          sms_size: '1',
          biz_id: '1',
          out_id: 'nobody',
        },
      ],
    })
    expect(bodyOf(answer)).toEqual({ code: 0, msg: '成功' })
    expect(await house.db('effect').whereNotNull('answer')).toEqual([])
  })

  it('that is none is refused', async () => {
    const answer = await house.http.send('/api/partners/sms/report', {
      method: 'POST',
      json: [{ hello: 1 }],
    })
    expect(bodyOf(answer)['code']).toBe('PUSH_REFUSED')
  })
})

describe('the verification page', () => {
  it('tells whoever holds a paper that it is ours, masked and without a script', async () => {
    const filed = await house.givenFiled()
    const pdf = `/api/hall/cases/${filed.caseNo}/documents`
    await house.http.send(`${pdf}/${filed.receiptDocumentId}/file`, { headers: filed.bearer })
    const { documents } = await house.http.json<{
      documents: { verifyCode: string; sha256: string }[]
    }>(pdf, { headers: filed.bearer })
    const [paper] = documents
    const answer = await house.http.send(`/verify/${paper?.verifyCode ?? ''}`)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-security-policy']).toContain("script-src 'none'")
    expect(answer.text).toContain(paper?.sha256 ?? 'missing')
    expect(answer.text).toContain('吴*昂')
    const { fullName, residentId, mobile } = filed.form as Record<string, string>
    for (const value of [fullName, residentId, mobile])
      expect(answer.text).not.toContain(value ?? 'missing')
  })

  it('does not repeat what was typed', async () => {
    const answer = await house.http.send('/verify/%3Cscript%3Ealert(1)%3C%2Fscript%3E')
    expect(answer.status).toBe(404)
    expect(answer.text).not.toContain('alert(1)')
  })
})

describe('health', () => {
  it('tells life from readiness', async () => {
    expect((await house.http.send('/healthz')).status).toBe(200)
    const ready = await house.http.send('/readyz')
    expect(ready.status).toBe(200)
    expect(bodyOf(ready)).toEqual({ ready: true, checks: { database: true, engine: true } })
  })

  it('has an index that leads to everything', async () => {
    const answer = await house.http.send('/')
    for (const path of ['/api/hall/items', '/api/openapi.json', '/auth/login', '/readyz'])
      expect(answer.text).toContain(`href="${path}`)
  })
})

describe('the environment', () => {
  const complete = {
    DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/c',
    ENGINE_URL: 'http://127.0.0.1:1/engine-rest',
    ENGINE_API_TOKEN: 'x'.repeat(24),
    FILE_STORE: '/somewhere',
    SESSION_KEY: Buffer.alloc(32, 1).toString('base64'),
  }
  const faultsOf = (env: Record<string, string | undefined>): readonly string[] => {
    try {
      readConfig(env)
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.faults
      throw error
    }
  }

  it('that is complete is read with its defaults; blank counts as absent', () => {
    expect(readConfig({ ...complete, OIDC_ISSUER: '', PORT: ' ' })).toMatchObject({
      PORT: 8080,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
    })
  })

  it('that is wrong is told completely, one sentence for each variable, without its value', () => {
    const faults = faultsOf({
      ...complete,
      FILE_STORE: undefined,
      PORT: 'http',
      SESSION_KEY: 'geheim',
    })
    expect(faults.map((f) => f.split(' ')[0]).sort()).toEqual(['FILE_STORE', 'PORT', 'SESSION_KEY'])
    expect(faults.join()).not.toContain('geheim')
  })

  const published = ['DEMO_PASSWORD', 'EMS_SENDER_NO', 'EMS_AUTHORIZATION', 'EMS_SIGN_KEY']

  it.each([
    ['published keys on the network', { HOST: '0.0.0.0' }, published],
    ['published keys behind a proxy', { PUBLIC_URL: 'https://yw.example.gov.cn' }, published],
    ['an issuer without a secret', { OIDC_ISSUER: 'https://id.example' }, ['OIDC_CLIENT_SECRET']],
    [
      'a plain issuer far away',
      { OIDC_ISSUER: 'http://id.example', OIDC_CLIENT_SECRET: 'x' },
      ['OIDC_ISSUER'],
    ],
  ])('refuses %s', (_what, env, names) => {
    expect(faultsOf({ ...complete, ...env }).map((f) => f.split(' ')[0])).toEqual(names)
  })
})
