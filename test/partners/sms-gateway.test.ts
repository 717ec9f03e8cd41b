import { describe, expect, it } from 'vitest'
import { smsTemplates } from '../../contracts/messaging.ts'
import { percentEncode, signRpc } from '../../partners/sms/signature.ts'
import {
  admin,
  clock,
  simulators,
  smsGateway,
  smsMessage,
  type SmsMessages,
} from './given-simulators.ts'

describe('the RPC signature', () => {
  /** The operator's documented SendSms sample (短信服务 HTTP 协议及签名). */
  const SAMPLE = {
    AccessKeyId: 'testId',
    Action: 'SendSms',
    Format: 'XML',
    OutId: '123',
    PhoneNumbers: '15300000001',
    RegionId: 'cn-hangzhou',
    SignName: '阿里云短信测试专用',
    SignatureMethod: 'HMAC-SHA1',
    SignatureNonce: '45e25e9b-0a6f-4070-8c85-2956eda1b466',
    SignatureVersion: '1.0',
    TemplateCode: 'SMS_71390007',
    TemplateParam: '{"customer":"test"}',
    Timestamp: '2017-07-12T02:42:19Z',
    Version: '2017-05-25',
  }

  it('given the documented SendSms sample, then the documented signature', () => {
    expect(signRpc('GET', SAMPLE, 'testSecret')).toBe('zJDF+Lrzhj/ThnlvIToysFRq6t4=')
  })

  it('given the documented DescribeRegions sample, then the documented signature', () => {
    const sample = {
      Format: 'XML',
      AccessKeyId: 'testid',
      Action: 'DescribeRegions',
      SignatureMethod: 'HMAC-SHA1',
      SignatureNonce: '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf',
      SignatureVersion: '1.0',
      Version: '2014-05-26',
      Timestamp: '2016-02-23T12:46:24Z',
    }
    expect(signRpc('GET', sample, 'testsecret')).toBe('OLeaidS1JvxuMvnyHOwuJ+uX5qY=')
  })

  it('then an earlier Signature does not count, and the method does', () => {
    const signed = signRpc('POST', SAMPLE, 'testSecret')
    expect(signRpc('POST', { ...SAMPLE, Signature: 'old' }, 'testSecret')).toBe(signed)
    expect(signed).not.toBe(signRpc('GET', SAMPLE, 'testSecret'))
  })

  it.each([
    ['a b', 'a%20b'],
    ["*'()!", '%2A%27%28%29%21'],
    ['-_.~', '-_.~'],
    ['/=&+', '%2F%3D%26%2B'],
    ['办', '%E5%8A%9E'],
  ])('given %j, then it is encoded as %s', (text, encoded) => {
    expect(percentEncode(text)).toBe(encoded)
  })
})

describe('the templates', () => {
  it.each(Object.entries(smsTemplates))(
    'given %s, then its text uses exactly its variables, and none of a person',
    (_code, { variables, text }) => {
      const used = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
      expect(used.toSorted()).toEqual([...variables].toSorted())
      expect(used.filter((name) => /name|id(Card|No)|phone|address/i.test(name ?? ''))).toEqual([])
    },
  )
})

async function givenOperator() {
  const time = clock()
  const operator = await simulators({ clock: time })
  return { time, operator, sms: smsGateway({ baseUrl: operator.smsUrl, clock: time }) }
}

describe('the SMS gateway against the simulated operator', () => {
  it('when a message is sent, then the phone shows the filled template', async () => {
    const { operator, sms } = await givenOperator()
    expect(await sms.send(smsMessage())).toEqual({
      kind: 'sent',
      bizId: expect.stringMatching(/^\d+\^\d+$/) as string,
    })
    const { messages } = await admin<SmsMessages>(`${operator.url}/admin/sms/messages`)
    expect(messages).toMatchObject([
      {
        outId: 'effect-1',
        phone: '13800138000',
        content:
          '【天河政务服务】您的申请已收件，办件编号YC2026030200001，查询密码482913。收件不等于受理，请留意后续通知。',
      },
    ])
  })

  it.each([
    ['isv.MOBILE_NUMBER_ILLEGAL', smsMessage({ phone: '12345' })],
    ['isv.MOBILE_COUNT_OVER_LIMIT', smsMessage({ phone: '13800138000,13800138001' })],
    ['isv.SMS_SIGNATURE_ILLEGAL', smsMessage({ signName: '别家' })],
    ['isv.SMS_TEMPLATE_ILLEGAL', smsMessage({ templateCode: 'SMS_NONE' as 'SMS_DECIDED' })],
    ['isv.TEMPLATE_MISSING_PARAMETERS', smsMessage({ params: { caseNo: '1' } })],
    [
      'isv.INVALID_JSON_PARAM',
      smsMessage({ params: { caseNo: 1, queryCode: 2 } as unknown as Record<string, string> }),
    ],
    [
      'isv.PARAM_NOT_SUPPORT_URL',
      smsMessage({ params: { caseNo: 'http://x.cn', queryCode: '1' } }),
    ],
    ['isv.PARAM_LENGTH_LIMIT', smsMessage({ params: { caseNo: '1'.repeat(600), queryCode: '1' } })],
  ])('given a message with that fault, then %s', async (code, message) => {
    const { operator, sms } = await givenOperator()
    expect(await sms.send(message)).toMatchObject({ kind: 'refused', code, later: false })
    const { messages } = await admin<SmsMessages>(`${operator.url}/admin/sms/messages`)
    expect(messages).toEqual([])
  })

  it('given the limit of the minute, then the next is refused for now and passes later', async () => {
    const { time, operator, sms } = await givenOperator()
    await admin(`${operator.url}/admin/sms/control`, {
      limits: { perMinute: 1, perHour: 5, perDay: 10 },
    })
    expect(await sms.send(smsMessage())).toMatchObject({ kind: 'sent' })
    expect(await sms.send(smsMessage({ outId: 'effect-2' }))).toMatchObject({
      kind: 'refused',
      code: 'isv.BUSINESS_LIMIT_CONTROL',
      later: true,
    })
    time.move(61_000)
    expect(await sms.send(smsMessage({ outId: 'effect-2' }))).toMatchObject({ kind: 'sent' })
  })

  it('given a blocked phone, then it is refused', async () => {
    const { operator, sms } = await givenOperator()
    await admin(`${operator.url}/admin/sms/control`, { blocked: ['13800138000'] })
    expect(await sms.send(smsMessage())).toMatchObject({ code: 'isv.BLACK_KEY_CONTROL_LIMIT' })
  })

  it.each([
    ['another secret', { accessKeySecret: 'x' }, 'SignatureDoesNotMatch'],
    ['another key', { accessKeyId: 'x' }, 'InvalidAccessKeyId.NotFound'],
  ])('given %s, then it is a fault of ours: nothing was sent', async (_what, wrong, code) => {
    const { time, operator } = await givenOperator()
    const sms = smsGateway({ baseUrl: operator.smsUrl, clock: time, ...wrong })
    await expect(sms.send(smsMessage())).rejects.toMatchObject({ code, maybeDone: false })
  })

  it('given a clock 16 minutes off, then the request is expired', async () => {
    const { operator } = await givenOperator()
    const late = clock()
    late.move(16 * 60_000)
    const sms = smsGateway({ baseUrl: operator.smsUrl, clock: late })
    await expect(sms.send(smsMessage())).rejects.toMatchObject({ code: 'InvalidTimeStamp.Expired' })
  })

  it('given a recorded request, when it is replayed, then it is refused and nothing is sent twice', async () => {
    const { operator } = await givenOperator()
    const params: Record<string, string> = {
      AccessKeyId: 'demo-access-key-id',
      Action: 'SendSms',
      Format: 'JSON',
      SignatureMethod: 'HMAC-SHA1',
      SignatureNonce: 'nonce-1',
      SignatureVersion: '1.0',
      Timestamp: '2026-03-02T01:00:00Z',
      Version: '2017-05-25',
      PhoneNumbers: '13800138000',
      SignName: '天河政务服务',
      TemplateCode: 'SMS_WITHDRAWN',
      TemplateParam: '{"caseNo":"1"}',
    }
    const body = () =>
      new URLSearchParams({
        ...params,
        Signature: signRpc('POST', params, 'demo-access-key-secret'),
      })
    const first = await fetch(operator.smsUrl, { method: 'POST', body: body() })
    expect(await first.json()).toMatchObject({ Code: 'OK' })
    const replayed = await fetch(operator.smsUrl, { method: 'POST', body: body() })
    expect(replayed.status).toBe(400)
    expect(await replayed.json()).toMatchObject({ Code: 'SignatureNonceUsed' })
    delete params['PhoneNumbers']
    params['SignatureNonce'] = 'nonce-2'
    const missing = await fetch(operator.smsUrl, { method: 'POST', body: body() })
    expect(await missing.json()).toMatchObject({ Code: 'MissingPhoneNumbers' })
  })

  it('given 120 messages to one phone, then each is found by its outId, and a foreign one is not', async () => {
    const { time, sms } = await givenOperator()
    for (let number = 0; number < 120; number += 1) {
      await sms.send(smsMessage({ outId: `effect-${number}` }))
    }
    expect(await sms.find('13800138000', time.now(), 'effect-0')).toMatchObject({
      outId: 'effect-0',
    })
    expect(await sms.find('13800138000', time.now(), 'effect-119')).toBeDefined()
    expect(await sms.find('13800138000', time.now(), 'effect-120')).toBeUndefined()
    expect(await sms.find('13900139000', time.now(), 'effect-0')).toBeUndefined()
  })
})
