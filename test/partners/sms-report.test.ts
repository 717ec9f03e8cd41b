import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
    const received: SmsReport[] = []
    let failures = 1
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        failures -= 1
        const parsed = parseSmsReports(Buffer.concat(chunks).toString('utf8'))
        if (failures >= 0 || 'fault' in parsed) {
          response.writeHead(500).end()
          return
        }
        received.push(...parsed.reports)
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
    const time = clock()
    const reportUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/report`
    const operator = await simulators({ clock: time, sms: { reportUrl } })
    const sms = smsGateway({ baseUrl: operator.smsUrl, clock: time })
    await admin(`${operator.url}/admin/sms/control`, { unreachable: ['13900139000'] })
    await sms.send(smsMessage())
    await sms.send(smsMessage({ outId: 'effect-2', phone: '13900139000' }))

    await vi.waitFor(() => expect(received).toHaveLength(2), { timeout: 15_000 })
    const byKey = new Map(received.map((report) => [report.outId, report]))
    expect(byKey.get('effect-1')).toMatchObject({ delivered: true, errCode: 'DELIVERED' })
    expect(byKey.get('effect-2')).toMatchObject({ delivered: false, errCode: 'MK:0004' })
    expect(await sms.find('13900139000', time.now(), 'effect-2')).toMatchObject({
      status: 'failed',
    })
  })
})
