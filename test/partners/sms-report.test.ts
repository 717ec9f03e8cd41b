import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { SmsReport } from '../../partners/sms/port.ts'
import { parseSmsReports, smsReportAnswer } from '../../partners/sms/report.ts'
import {
  admin,
  clock,
  closeAfterTest,
  simulators,
  smsGateway,
  smsMessage,
} from './given-simulators.ts'

/** The operator's documented call-back. */
const DOCUMENTED = [
  {
    phone_number: '13811111111',
    send_time: '2017-01-01 00:00:00',
    report_time: '2017-01-01 00:00:00',
    success: true,
    err_code: 'DELIVERED',
    err_msg: '用户接收成功',
    sms_size: '1',
    biz_id: '12345',
    out_id: '67890',
  },
]

describe('a delivery report', () => {
  it.each([
    ['parsed', DOCUMENTED],
    ['text', JSON.stringify(DOCUMENTED)],
  ])('given the documented call-back as %s, then our shape, without the phone', (_as, body) => {
    expect(parseSmsReports(body)).toEqual({
      reports: [
        {
          outId: '67890',
          bizId: '12345',
          delivered: true,
          errCode: 'DELIVERED',
          reportedAt: '2017-01-01T00:00:00+08:00',
        },
      ],
    })
  })

  it.each([
    ['nothing', undefined],
    ['no list', DOCUMENTED[0]],
    ['an empty list', []],
    ['garbled text', '[{'],
    ['success as text', [{ ...DOCUMENTED[0], success: 'true' }]],
    ['a time that is none', [{ ...DOCUMENTED[0], report_time: '2017-13-01 00:00:00' }]],
  ])('given %s, then it is refused without saying what it held', (_what, body) => {
    const parsed = parseSmsReports(body)
    expect(parsed).toHaveProperty('fault')
    expect(JSON.stringify(parsed)).not.toContain('13811111111')
  })

  it('given a receiver that fails once, then the reports of both messages arrive', async () => {
    let failures = 1
    const { received, reportUrl } = await givenReceiver(() => {
      failures -= 1
      return failures < 0
    })
    const time = clock()
    const operator = await simulators({ clock: time, sms: { reportUrl } })
    const sms = smsGateway({ baseUrl: operator.smsUrl, clock: time })
    await admin(`${operator.url}/admin/sms/control`, { unreachable: ['13900139000'] })
    await sms.send(smsMessage())
    await sms.send(smsMessage({ outId: 'effect-2', phone: '13900139000' }))

    await vi.waitFor(() => expect(received.flat()).toHaveLength(2), { timeout: 15_000 })
    const byKey = new Map(received.flat().map((report) => [report.outId, report]))
    expect(byKey.get('effect-1')).toMatchObject({ delivered: true, errCode: 'DELIVERED' })
    expect(byKey.get('effect-2')).toMatchObject({ delivered: false, errCode: 'MK:0004' })
    expect(await sms.find('13900139000', time.now(), 'effect-2')).toMatchObject({
      status: 'failed',
    })
  })

  it('given messages one after the other, then one push tells of all of them', async () => {
    const { received, reportUrl } = await givenReceiver()
    const { sms, pending } = await givenOperator(reportUrl)
    const keys = ['effect-1', 'effect-2', 'effect-3']
    for (const outId of keys) await sms.send(smsMessage({ outId }))
    expect(await pending()).toBe(3)

    await vi.waitFor(() => expect(received).toHaveLength(1), { timeout: 5_000 })
    expect(keysOf(received[0])).toEqual(keys)
    await vi.waitFor(async () => expect(await pending()).toBe(0))
  })

  it('given more messages than one push holds, then each is told of once', async () => {
    const { received, reportUrl } = await givenReceiver()
    const { sms } = await givenOperator(reportUrl)
    const keys = Array.from({ length: 130 }, (_, i) => `effect-${i}`)
    await Promise.all(keys.map((outId) => sms.send(smsMessage({ outId }))))

    await vi.waitFor(() => expect(received.flat()).toHaveLength(130), { timeout: 10_000 })
    expect(keysOf(received.flat()).toSorted()).toEqual(keys.toSorted())
    expect(Math.max(...received.map((push) => push.length))).toBeLessThanOrEqual(100)
    expect(received.length).toBeLessThan(13)
  })

  it('given doubled and shuffled pushes, then each report comes that often', async () => {
    const { received, reportUrl } = await givenReceiver()
    const { sms, faults } = await givenOperator(reportUrl)
    await faults({ duplicatePush: 2, shufflePush: true, seed: 7 })
    const keys = Array.from({ length: 8 }, (_, i) => `effect-${i}`)
    for (const outId of keys) await sms.send(smsMessage({ outId }))

    await vi.waitFor(() => expect(received.flat()).toHaveLength(24), { timeout: 10_000 })
    const came = keysOf(received.flat())
    expect(came.toSorted()).toEqual(keys.flatMap((key) => [key, key, key]).toSorted())
    expect(came).not.toEqual(came.toSorted())
  })
})

describe('an operator that is stopped', () => {
  it('before a push was taken, then pushes what was left when it is back, and only that', async () => {
    let up = true
    const { received, reportUrl } = await givenReceiver(() => up)
    const dataDir = mkdtempSync(join(tmpdir(), 'yichuang-sms-'))
    closeAfterTest(async () => rmSync(dataDir, { recursive: true, force: true }))
    const time = clock()
    const first = await simulators({ clock: time, dataDir, sms: { reportUrl } })
    const sms = smsGateway({ baseUrl: first.smsUrl, clock: time })
    await sms.send(smsMessage({ outId: 'taken' }))
    await vi.waitFor(() => expect(received).toHaveLength(1), { timeout: 5_000 })
    up = false
    await sms.send(smsMessage({ outId: 'left-1' }))
    await sms.send(smsMessage({ outId: 'left-2' }))
    await first.close()

    up = true
    await simulators({ clock: time, dataDir, sms: { reportUrl } })
    await vi.waitFor(() => expect(received).toHaveLength(2), { timeout: 5_000 })
    expect(keysOf(received[1])).toEqual(['left-1', 'left-2'])
  })
})

async function givenOperator(reportUrl: string) {
  const time = clock()
  const operator = await simulators({ clock: time, sms: { reportUrl } })
  const address = `${operator.url}/admin/sms`
  return {
    sms: smsGateway({ baseUrl: operator.smsUrl, clock: time }),
    faults: (order: object) => admin(`${address}/faults`, order),
    pending: async () =>
      (await admin<{ pendingReports: number }>(`${address}/messages`)).pendingReports,
  }
}

/** Our report door; `received` holds each push that it took. */
async function givenReceiver(takes: () => boolean = () => true) {
  const received: SmsReport[][] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const parsed = parseSmsReports(Buffer.concat(chunks).toString('utf8'))
      if (!takes() || 'fault' in parsed) {
        response.writeHead(500).end()
        return
      }
      received.push(parsed.reports)
      response.end(JSON.stringify(smsReportAnswer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAfterTest(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const { port } = server.address() as AddressInfo
  return { received, reportUrl: `http://127.0.0.1:${port}/report` }
}

const keysOf = (reports: readonly SmsReport[] = []) => reports.map(({ outId }) => outId)
