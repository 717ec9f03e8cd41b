import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PartnerFault } from '../../partners/partner-fault.ts'
import {
  admin,
  clock,
  courierOrder,
  emsGateway,
  simulators,
  smsGateway,
  smsMessage,
  type EmsOrders,
  type SmsMessages,
} from './given-simulators.ts'

/** What a worker does with a fault: tries again, up to a bound. `tried` counts the faults met. */
async function untilAnswered<Result>(
  tryOnce: () => Promise<Result>,
  tried: { faults: number },
): Promise<Result> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      return await tryOnce()
    } catch (fault) {
      if (!(fault instanceof PartnerFault)) throw fault
      tried.faults += 1
    }
  }
  throw new Error('never answered')
}

const SEEDS = [1, 20260302, 4_000_000_000]

describe('given answers that get lost', () => {
  it.each(SEEDS)('seed %i: then every order is one parcel with one waybill', async (seed) => {
    const time = clock()
    const post = await simulators({ clock: time })
    await admin(`${post.url}/admin/ems/faults`, { dropProbability: 0.5, seed })
    const tried = { faults: 0 }
    const waybills = new Map<string, Set<string>>()
    for (let number = 0; number < 30; number += 1) {
      const logisticsOrderNo = `order-${number}`
      // Each round is a worker that crashed after the call and before it could write anything down.
      for (let round = 0; round < 2; round += 1) {
        const ems = emsGateway({ baseUrl: post.emsUrl, clock: time })
        const result = await untilAnswered(
          () => ems.create(courierOrder({ logisticsOrderNo })),
          tried,
        )
        if (result.kind !== 'booked') throw new Error(result.code)
        const known = waybills.get(logisticsOrderNo) ?? new Set()
        waybills.set(logisticsOrderNo, known.add(result.waybillNo))
      }
    }
    await admin(`${post.url}/admin/ems/faults`, { dropProbability: 0 })
    const { orders } = await admin<EmsOrders>(`${post.url}/admin/ems/orders`)
    expect(tried.faults).toBeGreaterThan(5)
    expect(orders).toHaveLength(30)
    expect(orders.every(({ parcels }) => parcels === 1)).toBe(true)
    expect(orders.reduce((sum, { requests }) => sum + requests, 0)).toBe(60 + tried.faults)
    expect([...waybills.values()].every(({ size }) => size === 1)).toBe(true)
    expect(new Set(orders.map(({ waybillNo }) => waybillNo)).size).toBe(30)
  })

  it.each(SEEDS)('seed %i: then every outId is one message on the phone', async (seed) => {
    const time = clock()
    const operator = await simulators({ clock: time })
    await admin(`${operator.url}/admin/sms/faults`, { dropProbability: 0.5, seed })
    const tried = { faults: 0 }
    for (let number = 0; number < 30; number += 1) {
      // The effect ledger writes `firstTriedAt` before the call; a crash at any line keeps it.
      let firstTriedAt: Date | undefined
      for (let round = 0; round < 2; round += 1) {
        const sms = smsGateway({ baseUrl: operator.smsUrl, clock: time })
        await untilAnswered(async () => {
          const known = firstTriedAt
          firstTriedAt ??= time.now()
          time.move(6_000)
          return sms.sendOnce(smsMessage({ outId: `effect-${number}` }), known)
        }, tried)
      }
    }
    const { messages } = await admin<SmsMessages>(`${operator.url}/admin/sms/messages`)
    expect(tried.faults).toBeGreaterThan(5)
    expect(messages.map(({ outId }) => outId).toSorted()).toEqual(
      Array.from({ length: 30 }, (_, number) => `effect-${number}`).toSorted(),
    )
  })

  it('given plain send instead of sendOnce, then the same faults do send twice', async () => {
    const time = clock()
    const operator = await simulators({ clock: time })
    await admin(`${operator.url}/admin/sms/faults`, { dropAnswers: 1 })
    const sms = smsGateway({ baseUrl: operator.smsUrl, clock: time })
    await untilAnswered(() => sms.send(smsMessage()), { faults: 0 })
    const { messages } = await admin<SmsMessages>(`${operator.url}/admin/sms/messages`)
    expect(messages).toHaveLength(2)
  })

  it('given a try lost before midnight, when repeated after it, then it is still found', async () => {
    const time = clock()
    time.move((14 * 60 + 59) * 60_000)
    const operator = await simulators({ clock: time })
    await admin(`${operator.url}/admin/sms/faults`, { dropAnswers: 1 })
    const sms = smsGateway({ baseUrl: operator.smsUrl, clock: time })
    const firstTriedAt = time.now()
    await expect(sms.sendOnce(smsMessage(), undefined)).rejects.toMatchObject({ maybeDone: true })
    time.move(120_000)
    expect(await sms.sendOnce(smsMessage(), firstTriedAt)).toEqual({ kind: 'sent' })
    const { messages } = await admin<SmsMessages>(`${operator.url}/admin/sms/messages`)
    expect(messages).toHaveLength(1)
  })

  it('given a try a moment ago that is not listed yet, then it waits instead of sending', async () => {
    const time = clock()
    const operator = await simulators({ clock: time })
    const sms = smsGateway({ baseUrl: operator.smsUrl, clock: time })
    const firstTriedAt = time.now()
    time.move(1_000)
    await expect(sms.sendOnce(smsMessage(), firstTriedAt)).rejects.toMatchObject({
      maybeDone: true,
    })
    time.move(5_000)
    expect(await sms.sendOnce(smsMessage(), firstTriedAt)).toMatchObject({ kind: 'sent' })
  })
})

/** The real program, as `npm run start:partners` runs it, killed as hard as a process can be. */
describe('given kill -9 of the partners', () => {
  let folder: string
  let running: ChildProcess | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'yichuang-partners-'))
  })
  afterEach(async () => {
    await kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  async function kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill(signal)
    await gone
  }

  async function start(ports: { http: number; smtp: number }): Promise<string> {
    running = spawn(process.execPath, ['--import', 'tsx', 'partners/main.ts'], {
      env: {
        ...process.env,
        PARTNERS_PORT: String(ports.http),
        PARTNERS_SMTP_PORT: String(ports.smtp),
        PARTNERS_DATA_DIR: folder,
        EMS_PUSH_URL: '',
        SMS_REPORT_URL: '',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(running.stdout!, 'data')) as [Buffer]
    expect(line.toString()).toMatch(/^partners ready http:\/\/127\.0\.0\.1:\d+ smtp .*\n$/)
    return `http://127.0.0.1:${ports.http}`
  }

  it('then after the restart every parcel and every message is there once', async () => {
    const ports = { http: await freePort(), smtp: await freePort() }
    const url = await start(ports)
    const time = { now: () => new Date() }
    const ems = emsGateway({ baseUrl: `${url}/ems/amp-prod-api/f/amp/api/open`, clock: time })
    const sms = smsGateway({ baseUrl: `${url}/sms/`, clock: time, settleMs: 0 })
    const before = await ems.create(courierOrder({ logisticsOrderNo: 'order-0' }))

    // The rest is under way, its answers held back, when the partners die.
    await admin(`${url}/admin/ems/faults`, { delayMs: 60_000 })
    await admin(`${url}/admin/sms/faults`, { delayMs: 60_000 })
    const firstTriedAt = time.now()
    const lost = [
      ...['order-0', 'order-1', 'order-2'].map((logisticsOrderNo) =>
        ems.create(courierOrder({ logisticsOrderNo })),
      ),
      ...['effect-0', 'effect-1'].map((outId) => sms.sendOnce(smsMessage({ outId }), undefined)),
    ].map((promise) =>
      promise.then(
        () => 'answered',
        () => 'lost',
      ),
    )
    await expect
      .poll(async () => (await admin<SmsMessages>(`${url}/admin/sms/messages`)).messages.length, {
        timeout: 10_000,
      })
      .toBe(2)
    await expect
      .poll(async () => (await admin<EmsOrders>(`${url}/admin/ems/orders`)).orders.length, {
        timeout: 10_000,
      })
      .toBe(3)
    await kill('SIGKILL')
    expect(await Promise.all(lost)).toEqual(Array(5).fill('lost'))

    await start(ports)
    expect(await ems.create(courierOrder({ logisticsOrderNo: 'order-0' }))).toEqual(before)
    for (const number of [1, 2]) {
      await ems.create(courierOrder({ logisticsOrderNo: `order-${number}` }))
    }
    for (const number of [0, 1]) {
      await sms.sendOnce(smsMessage({ outId: `effect-${number}` }), firstTriedAt)
    }
    const { orders } = await admin<EmsOrders>(`${url}/admin/ems/orders`)
    expect(orders).toMatchObject([
      { logisticsOrderNo: 'order-0', parcels: 1 },
      { logisticsOrderNo: 'order-1', parcels: 1 },
      { logisticsOrderNo: 'order-2', parcels: 1 },
    ])
    const { messages } = await admin<SmsMessages>(`${url}/admin/sms/messages`)
    expect(messages.map(({ outId }) => outId).toSorted()).toEqual(['effect-0', 'effect-1'])

    await kill('SIGTERM')
    expect(running?.exitCode).toBe(0)
  })

  it('given a taken port, then it says so and ends with an error', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const { port } = blocker.address() as AddressInfo
    const program = spawn(process.execPath, ['--import', 'tsx', 'partners/main.ts'], {
      env: {
        ...process.env,
        PARTNERS_PORT: String(port),
        PARTNERS_SMTP_PORT: '0',
        PARTNERS_DATA_DIR: folder,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    program.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(program, 'exit')) as [number]
    blocker.close()
    expect(code).toBe(1)
    expect(said).toContain(`${port}`)
  })
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
