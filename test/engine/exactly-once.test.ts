import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startEngineBench, type EngineBench } from './engine-fixture.ts'
import { startMeddlingProxy, type MeddlingProxy } from './meddling-proxy.ts'
import { openOffice, type Office } from './office.ts'
import { until } from './until.ts'

let bench: EngineBench
let office: Office
let proxy: MeddlingProxy

beforeAll(async () => {
  bench = await startEngineBench()
  office = await openOffice(bench)
  proxy = await startMeddlingProxy(bench.host.url)
  // Two workers beside each other, one of them behind a bad line.
  await office.startWorkers({ engineUrl: proxy.url })
  await office.startWorkers()
  await office.publish('flex-pension')
  await office.publish('labour-dispatch')
})
afterEach(async () => {
  proxy.decide = () => 'pass'
  for (const partner of ['ems', 'sms', 'mail']) {
    await admin(`${partner}/faults`, { dropAnswers: 0, dropProbability: 0 })
  }
})
afterAll(async () => {
  await office.close()
  await proxy.close()
  await bench.close()
})

describe('lost answers', () => {
  it('of the engine: every case is started, done and told once', async () => {
    let calls = 0
    proxy.decide = (_method, path) => {
      if (path.endsWith('/fetchAndLock')) return 'pass'
      calls += 1
      return calls % 3 === 0 ? 'lose-answer' : 'pass'
    }
    const cases = await Promise.all(
      Array.from({ length: 6 }, () => office.file('flex-pension', 'instant-online')),
    )
    for (const caseNo of cases) await office.has(caseNo, 'delivered')
    for (const caseNo of cases) await settled(caseNo)

    expect(proxy.lost.length).toBeGreaterThan(0)
    for (const caseNo of cases) {
      const types = await office.eventsOf(caseNo)
      expect(types.filter((type) => type !== 'noticed')).toEqual([
        'submitted',
        'received',
        'materials-checked',
        'accepted',
        'decided',
        'closed',
        'document-issued',
        'delivered',
      ])
    }
    const { rows } = await bench.database.db.raw<{ rows: { n: number }[] }>(
      'select count(*) as n from engine.engine_start where business_key = any(?)',
      [cases],
    )
    expect(rows[0]?.n).toBe(6)
    await expectOneMessageEach()
  })

  it('of the partners: one parcel for an order, one message for a notice', async () => {
    await admin('ems/faults', { dropAnswers: 3 })
    await admin('sms/faults', { dropAnswers: 3 })
    await admin('mail/faults', { dropAnswers: 2 })
    const cases = await Promise.all([
      office.file('labour-dispatch', 'grant-ems-both-ways'),
      office.file('labour-dispatch', 'grant-ems-both-ways'),
      office.file('flex-pension', 'instant-online'),
    ])
    for (const caseNo of cases) await settled(caseNo)

    const { orders } = await admin<{
      orders: { logisticsOrderNo: string; requests: number; parcels: number }[]
    }>('ems/orders')
    expect(orders.map((order) => order.logisticsOrderNo).toSorted()).toEqual(
      [`${cases[0]}-in-1`, `${cases[1]}-in-1`].toSorted(),
    )
    for (const order of orders) expect(order.parcels).toBe(1)
    // The answers were lost indeed, and asked for again.
    expect(orders.reduce((sum, order) => sum + order.requests, 0)).toBeGreaterThan(2)
    for (const caseNo of cases.slice(0, 2)) {
      const types = await office.eventsOf(caseNo)
      expect(types.filter((type) => type === 'dispatched')).toHaveLength(1)
    }
    await expectOneMessageEach()
  })
})

/** Nothing of the case is on its way any more: all commands delivered, all effects answered. */
async function settled(caseNo: string): Promise<void> {
  await until(
    `${caseNo} is settled`,
    async () => {
      const { rows } = await bench.database.db.raw<{ rows: { open: number }[] }>(
        `select (select count(*) from effect e where e.case_id = f.id and e.settled_at is null)
              + (select count(*) from engine_command c where c.case_id = f.id and c.done_at is null) as open
           from case_file f where f.case_no = ?`,
        [caseNo],
      )
      const types = await office.eventsOf(caseNo)
      const went = types.includes('delivered') || types.includes('dispatched')
      return went && rows[0]?.open === 0
    },
    1_800,
  )
}

async function expectOneMessageEach(): Promise<void> {
  const { messages } = await admin<{ messages: { outId: string }[] }>('sms/messages')
  const sent = messages.map((message) => message.outId)
  expect(sent.length).toBeGreaterThan(0)
  expect(new Set(sent).size).toBe(sent.length)
  const wanted: string[] = await bench.database
    .db('effect')
    .where({ kind: 'sms.send' })
    .pluck<string[]>('key')
  expect(sent.toSorted()).toEqual(wanted.toSorted())
}

async function admin<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(`${office.simulators.url}/admin/${path}`, {
    ...(body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return (await answer.json()) as T
}
