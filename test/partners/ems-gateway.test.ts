import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { demoKeys } from '../../partners/demo-keys.ts'
import { sealEnvelope } from '../../partners/ems/envelope.ts'
import { PartnerFault } from '../../partners/partner-fault.ts'
import {
  admin,
  clock,
  closeAfterTest,
  courierOrder,
  emsGateway,
  simulators,
  type EmsOrders,
} from './given-simulators.ts'

async function givenPostOffice() {
  const time = clock()
  const post = await simulators({ clock: time })
  return { time, post, ems: emsGateway({ baseUrl: post.emsUrl, clock: time }) }
}

async function bookedWaybill(ems: Awaited<ReturnType<typeof givenPostOffice>>['ems']) {
  const booked = await ems.create(courierOrder())
  if (booked.kind !== 'booked') throw new Error(`not booked: ${booked.code}`)
  return booked.waybillNo
}

describe('the EMS gateway against the simulated post office', () => {
  it('when a parcel is ordered, then it gets a 13-digit waybill and the label names no item', async () => {
    const { post, ems } = await givenPostOffice()
    const waybillNo = await bookedWaybill(ems)
    expect(waybillNo).toMatch(/^\d{13}$/)
    const parcel = await admin<{ order: Record<string, unknown> }>(
      `${post.url}/admin/ems/parcels/${waybillNo}`,
    )
    expect(parcel.order).toMatchObject({
      logisticsOrderNo: 'YC-2026-000001-out',
      createdTime: '2026-03-02 09:00:00',
      contentsAttribute: '1',
      paymentMode: '2',
      pickupType: '1',
      cargos: [{ cargoName: '文件', cargoQuantity: '1' }],
      sender: { phone: '020-38622000' },
      receiver: { mobile: '13800138000', county: '天河区' },
    })
  })

  it('given the same logisticsOrderNo, when ordered three times, then one parcel and one waybill', async () => {
    const { post, ems } = await givenPostOffice()
    const results = [
      await ems.create(courierOrder()),
      await ems.create(courierOrder()),
      await ems.create(courierOrder()),
    ]
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1)
    const { orders } = await admin<EmsOrders>(`${post.url}/admin/ems/orders`)
    expect(orders).toMatchObject([{ requests: 3, parcels: 1 }])
  })

  it('given an uncollected parcel, when cancelled, then its number cannot be used again', async () => {
    const { ems } = await givenPostOffice()
    const parcel = { logisticsOrderNo: 'YC-2026-000001-out', waybillNo: await bookedWaybill(ems) }
    expect(await ems.cancel({ ...parcel, reason: '撤回' })).toEqual({ kind: 'cancelled' })
    expect(await ems.cancel({ ...parcel, reason: '撤回' })).toEqual({ kind: 'cancelled' })
    expect(await ems.create(courierOrder())).toMatchObject({ kind: 'refused', code: 'E2002' })
  })

  it('given a collected parcel, when cancelled, then the courier refuses', async () => {
    const { post, ems } = await givenPostOffice()
    const waybillNo = await bookedWaybill(ems)
    await admin(`${post.url}/admin/ems/parcels/${waybillNo}/advance`, { opCode: '203' })
    const cancelled = await ems.cancel({
      logisticsOrderNo: 'YC-2026-000001-out',
      waybillNo,
      reason: '撤回',
    })
    expect(cancelled).toMatchObject({ kind: 'refused', code: 'E2004' })
  })

  it('when tracked, then an unscanned parcel is unknown and a scanned one has our times', async () => {
    const { post, ems } = await givenPostOffice()
    const waybillNo = await bookedWaybill(ems)
    expect(await ems.track(waybillNo)).toEqual({ kind: 'tracked', known: false, traces: [] })
    for (const scan of [{ opCode: '203' }, { opCode: '704', deliverCode: '10' }]) {
      await admin(`${post.url}/admin/ems/parcels/${waybillNo}/advance`, scan)
    }
    expect(await ems.track(waybillNo)).toMatchObject({
      kind: 'tracked',
      known: true,
      traces: [
        { waybillNo, opCode: '203', opTime: '2026-03-02T09:00:00+08:00' },
        { opCode: '704', deliverCode: '10', opTime: '2026-03-02T09:00:01+08:00' },
      ],
    })
  })

  it('given an order the courier cannot carry, then it is refused, and the refusal holds no name', async () => {
    const { ems } = await givenPostOffice()
    const order = courierOrder()
    const refused = await ems.create({ ...order, receiver: { ...order.receiver, mobile: '12' } })
    expect(refused).toMatchObject({ kind: 'refused', code: 'E2001' })
    expect(JSON.stringify(refused)).not.toMatch(/张三丰|天河路/)
  })

  it.each([
    ['a foreign sender number', { senderNo: '9999' }, 'E1002'],
    ['a wrong authorization', { authorization: 'nonsense' }, 'E1003'],
    ['another sign key', { signKey: 'TvaBgrhE46sft3nZlfe7xw==' }, 'E1007'],
  ])('given %s, then the post office refuses the request', async (_what, wrong, code) => {
    const { time, post } = await givenPostOffice()
    const ems = emsGateway({ baseUrl: post.emsUrl, clock: time, ...wrong })
    expect(await ems.create(courierOrder())).toMatchObject({ kind: 'refused', code })
  })

  it('given a clock that is 11 minutes off, then the post office refuses the request', async () => {
    const { post } = await givenPostOffice()
    const late = clock()
    late.move(11 * 60_000)
    const ems = emsGateway({ baseUrl: post.emsUrl, clock: late })
    expect(await ems.create(courierOrder())).toMatchObject({ kind: 'refused', code: 'E1006' })
  })

  it.each([
    [{ apiCode: '999999' }, 'E1001'],
    [{ msgType: '1' }, 'E1004'],
    [{ version: 'V2' }, 'E1005'],
    [{ timeStamp: '2026/03/02 09:00' }, 'E1006'],
    [{ timeStamp: '2026-02-30 09:00:00' }, 'E1006'],
    [{ logitcsInterface: 'plain' }, 'E1007'],
    [{ logitcsInterface: sealEnvelope('no json', demoKeys.ems.signKey) }, 'E1008'],
  ])('given a form with %j, then the post office answers %s', async (wrong, retCode) => {
    const { post } = await givenPostOffice()
    const form = {
      apiCode: '040001',
      senderNo: demoKeys.ems.senderNo,
      authorization: demoKeys.ems.authorization,
      msgType: '0',
      version: 'V1.0.0',
      timeStamp: '2026-03-02 09:00:00',
      logitcsInterface: sealEnvelope('{"waybillNo":"9823189069696"}', demoKeys.ems.signKey),
      ...wrong,
    }
    const answer = await fetch(post.emsUrl, { method: 'POST', body: new URLSearchParams(form) })
    expect(await answer.json()).toMatchObject({ retCode, success: false })
  })
})

describe('the EMS gateway against a bad peer', () => {
  async function givenPeer(answer: { status?: number; body: string; endless?: boolean }) {
    const server = createServer((_request, response) => {
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' })
      response.write(answer.body)
      if (!answer.endless) response.end()
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
    return emsGateway({
      baseUrl: `http://127.0.0.1:${port}/`,
      clock: clock(),
      http: { totalMs: 500, connectMs: 300, maxBytes: 20_000 },
    })
  }

  it.each([
    ['HTTP 502', { status: 502, body: 'bad gateway' }],
    ['a redirect', { status: 302, body: '' }],
    ['no JSON', { body: '<html>' }],
    ['JSON of another shape', { body: '{"code":0}' }],
    [
      'a waybill of another form',
      { body: '{"retCode":"00000","retBody":"{\\"waybillNo\\":\\"1; drop\\"}"}' },
    ],
    [
      'a good answer that is too long',
      {
        body: JSON.stringify({
          retCode: '00000',
          retBody: '{"waybillNo":"9823189069696"}',
          more: 'x'.repeat(50_000),
        }),
      },
    ],
    ['an answer that never ends', { body: '{', endless: true }],
  ])('given %s, then it is a fault after which the parcel may exist', async (_what, answer) => {
    const ems = await givenPeer(answer)
    const fault = await ems.create(courierOrder()).catch((thrown: unknown) => thrown)
    expect(fault).toBeInstanceOf(PartnerFault)
    expect((fault as PartnerFault).maybeDone).toBe(true)
    expect(String(fault)).not.toMatch(/张三丰|13800138000/)
  })

  it('given a refusal that quotes the phone, then the phone does not come through', async () => {
    const ems = await givenPeer({
      body: '{"retCode":"B0001","retMsg":"收件人手机13800138000不正确"}',
    })
    expect(await ems.create(courierOrder())).toEqual({
      kind: 'refused',
      code: 'B0001',
      message: '收件人手机…不正确',
    })
  })

  it('given nobody listening, then it is a fault after which the parcel cannot exist', async () => {
    const ems = emsGateway({ baseUrl: 'http://127.0.0.1:22080/', clock: clock() })
    await expect(ems.create(courierOrder())).rejects.toMatchObject({ maybeDone: false })
  })

  it('given a key that is no key, then the gateway is not even made', () => {
    expect(() => emsGateway({ baseUrl: 'http://x/', clock: clock(), signKey: 'no' })).toThrow(/16/)
  })
})
