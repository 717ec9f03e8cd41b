import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { CourierTrace } from '../../contracts/courier.ts'
import { deriveParcelState } from '../../core/dispatch/derive-parcel-state.ts'
import { demoKeys } from '../../partners/demo-keys.ts'
import { sealEnvelope } from '../../partners/ems/envelope.ts'
import {
  admin,
  clock,
  closeAfterTest,
  courierOrder,
  emsGateway,
  simulators,
  type EmsOrders,
} from './given-simulators.ts'

const SCAN = {
  waybillNo: '9823189069696',
  opTime: '2026-03-02 10:00:00',
  opCode: '704',
  opName: '妥投',
  opDesc: '本人签收',
  deliverCode: '10',
}

function pushed(more: Record<string, string> = {}, content: unknown = SCAN) {
  return {
    method: '040002',
    msgType: '0',
    senderNo: demoKeys.ems.senderNo,
    serialNo: 'C3E7E1A2E6F44EB9B09EB9116C89FC86',
    timeStamp: '2026-03-02 10:00:05',
    version: 'v1.0.0',
    logitcsInterface: sealEnvelope(JSON.stringify(content), demoKeys.ems.signKey),
    ...more,
  }
}

const gateway = () => emsGateway({ baseUrl: 'http://127.0.0.1:22080/', clock: clock() })

describe('a push of the courier', () => {
  it.each([
    ['a parsed form', (form: Record<string, string>) => form],
    ['form text', (form: Record<string, string>) => new URLSearchParams(form).toString()],
    ['JSON text', (form: Record<string, string>) => JSON.stringify(form)],
  ])('given %s, then it is opened into our shape', (_what, as) => {
    expect(gateway().openPush(as(pushed()))).toEqual({
      kind: 'traces',
      serialNo: 'C3E7E1A2E6F44EB9B09EB9116C89FC86',
      traces: [{ ...SCAN, opTime: '2026-03-02T10:00:00+08:00' }],
    })
  })

  it.each([
    ['another interface', pushed({ method: '020003' }), 'not-a-push'],
    ['no serial number', pushed({ serialNo: '' }), 'not-a-push'],
    ['no envelope', pushed({ logitcsInterface: '' }), 'not-a-push'],
    ['nothing', undefined, 'not-a-push'],
    ['a list', [pushed()], 'not-a-push'],
    ['a foreign sender', pushed({ senderNo: '42' }), 'foreign-sender'],
    [
      'another key',
      pushed({ logitcsInterface: sealEnvelope(JSON.stringify(SCAN), 'TvaBgrhE46sft3nZlfe7xw==') }),
      'cannot-decrypt',
    ],
    ['garbled text', pushed({ logitcsInterface: '|$4|ZZZZ' }), 'cannot-decrypt'],
    ['plain JSON', pushed({ logitcsInterface: JSON.stringify(SCAN) }), 'cannot-decrypt'],
    ['no scan', pushed({}, { hello: 'world' }), 'not-a-trace'],
    ['a time that is none', pushed({}, { ...SCAN, opTime: '2026-02-30 10:00:00' }), 'not-a-trace'],
    ['a waybill that is none', pushed({}, { ...SCAN, waybillNo: "1' or 1=1" }), 'not-a-trace'],
    ['half a list', pushed({}, [SCAN, { ...SCAN, opTime: 'soon' }]), 'not-a-trace'],
  ])('given %s, then it is refused', (_what, body, reason) => {
    const courier = gateway()
    const opened = courier.openPush(body)
    expect(opened).toMatchObject({ kind: 'refused', reason })
    if (opened.kind !== 'refused') return
    expect(courier.pushAnswer(opened.serialNo, opened.reason).code).not.toBe('00000')
  })

  it('given a stored push, then the answer is the one that stops the courier', () => {
    expect(gateway().pushAnswer('S1', 'stored')).toEqual({
      serialNo: 'S1',
      code: '00000',
      codeMessage: '成功',
      senderNo: demoKeys.ems.senderNo,
    })
  })
})

describe('the simulated post office pushing to us', () => {
  /** Our side: opens pushes, refuses the first `failures` of them, keeps what it answered 00000 to. */
  async function givenReceiver(failures: number) {
    const courier = gateway()
    const kept: CourierTrace[] = []
    let left = failures
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
      request.on('end', () => {
        const opened = courier.openPush(body)
        left -= 1
        if (left >= 0 || opened.kind === 'refused') {
          response.writeHead(left >= 0 ? 503 : 200).end('{}')
          return
        }
        kept.push(...opened.traces)
        response.end(JSON.stringify(courier.pushAnswer(opened.serialNo, 'stored')))
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
    return { kept, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push` }
  }

  async function givenBookedParcel(pushUrl: string, autoMs = 0) {
    const time = clock()
    const post = await simulators({ clock: time, ems: { pushUrl, autoMs } })
    const booked = await emsGateway({ baseUrl: post.emsUrl, clock: time }).create(courierOrder())
    if (booked.kind !== 'booked') throw new Error('not booked')
    return { post, waybillNo: booked.waybillNo }
  }

  it('given we fail three times, then the scan is pushed until it is stored', async () => {
    const receiver = await givenReceiver(3)
    const { post, waybillNo } = await givenBookedParcel(receiver.url)
    await admin(`${post.url}/admin/ems/parcels/${waybillNo}/advance`, { opCode: '203' })
    await vi.waitFor(() => expect(receiver.kept).toHaveLength(1), { timeout: 15_000 })
    await vi.waitFor(async () =>
      expect((await admin<EmsOrders>(`${post.url}/admin/ems/orders`)).unpushed).toBe(0),
    )
  })

  it('given duplicated and shuffled pushes, then every scan comes more than once and the state is right', async () => {
    const receiver = await givenReceiver(0)
    const { post, waybillNo } = await givenBookedParcel(receiver.url)
    await admin(`${post.url}/admin/ems/faults`, { duplicatePush: 2, shufflePush: true, seed: 7 })
    for (const scan of [
      { opCode: '203' },
      { opCode: '702' },
      { opCode: '704', deliverCode: '20' },
      { opCode: '743' },
      { opCode: '704', deliverCode: '10' },
    ]) {
      await admin(`${post.url}/admin/ems/parcels/${waybillNo}/advance`, scan)
    }
    await vi.waitFor(() => expect(receiver.kept).toHaveLength(15), { timeout: 15_000 })
    const inOrder = receiver.kept.map(({ opTime }) => opTime)
    expect(inOrder).not.toEqual(inOrder.toSorted())
    expect(deriveParcelState(receiver.kept)).toMatchObject({
      stage: 'delivered',
      deliveredTo: 'addressee',
      legalDelivery: 'proven',
    })
  })

  it('given a scan nobody took, when the post office restarts, then it is pushed and life goes on', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'yichuang-ems-'))
    closeAfterTest(async () => rmSync(dataDir, { recursive: true }))
    const time = clock()
    const unreachable = 'http://127.0.0.1:22080/push'
    const before = await simulators({ clock: time, dataDir, ems: { pushUrl: unreachable } })
    const ems = emsGateway({ baseUrl: before.emsUrl, clock: time })
    const booked = await ems.create(courierOrder())
    if (booked.kind !== 'booked') throw new Error('not booked')
    await admin(`${before.url}/admin/ems/parcels/${booked.waybillNo}/advance`, { opCode: '203' })
    await before.close()

    const receiver = await givenReceiver(0)
    await simulators({ clock: time, dataDir, ems: { pushUrl: receiver.url, autoMs: 40 } })
    await vi.waitFor(() => expect(receiver.kept).toHaveLength(4), { timeout: 15_000 })
    expect(receiver.kept.map(({ opCode }) => opCode)).toEqual(['203', '305', '702', '704'])
    expect(receiver.kept.every(({ waybillNo }) => waybillNo === booked.waybillNo)).toBe(true)
  })

  it('given auto mode, then the parcel goes the whole way by itself', async () => {
    const receiver = await givenReceiver(0)
    await givenBookedParcel(receiver.url, 80)
    await vi.waitFor(() => expect(deriveParcelState(receiver.kept).legalDelivery).toBe('proven'), {
      timeout: 15_000,
    })
    expect(receiver.kept.map(({ opCode }) => opCode)).toEqual(['203', '305', '702', '704'])
  })
})
