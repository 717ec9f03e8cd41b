import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getCase } from '../../core/cases/case-events.ts'
import { applyCourierPush } from '../../core/dispatch/apply-push.ts'
import { startEngineBench, type EngineBench } from './engine-fixture.ts'
import { openOffice, type Office } from './office.ts'
import { until } from './until.ts'

let bench: EngineBench
let office: Office

beforeAll(async () => {
  bench = await startEngineBench()
  office = await openOffice(bench)
  await office.startWorkers()
  await office.publish('flex-pension')
  await office.publish('labour-dispatch')
})
afterAll(async () => {
  await office.close()
  await bench.close()
})

describe('a case in the house', () => {
  it('of an instant item goes from filing to delivery without a person', async () => {
    const caseNo = await office.file('flex-pension', 'instant-online')
    await office.has(caseNo, 'delivered')
    await until('told by SMS and mail', async () => {
      const types = await office.eventsOf(caseNo)
      return types.filter((type) => type === 'noticed').length === 2
    })

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
    await until('the engine has ended it', async () => (await positionOf(caseNo))?.ended)
    expect(await effectsOf(caseNo)).toEqual([
      { kind: 'sms.send', state: 'done', attempts: 1 },
      { kind: 'mail.send', state: 'done', attempts: 1 },
      { kind: 'sms.send', state: 'done', attempts: 1 },
      { kind: 'mail.send', state: 'done', attempts: 1 },
    ])
  })

  it('waits for the papers the courier collects, and the clerk gets it when they are there', async () => {
    const caseNo = await office.file('labour-dispatch', 'grant-ems-both-ways')
    await office.has(caseNo, 'dispatched')
    const waybillNo = await waybillOf(caseNo)
    const scan = (opCode: string, minute: string, deliverCode?: string) => ({
      waybillNo,
      opCode,
      opName: '',
      opDesc: '',
      opTime: `2026-03-02T10:${minute}:00+08:00`,
      ...(deliverCode === undefined ? {} : { deliverCode }),
    })
    const push = (traces: ReturnType<typeof scan>[]) =>
      applyCourierPush(bench.database.db, { traces, at: new Date(), calendar: office.calendar })

    // late, twice and in the wrong order
    await push([scan('704', '40', '60'), scan('702', '20')])
    await push([scan('702', '20'), scan('203', '01'), scan('704', '40', '60')])

    await until('the clerk has a task', async () => {
      const row: unknown = await bench.database
        .db('inbox_task as t')
        .where({ 't.case_no': caseNo, 't.step': 'Task_Accept' })
        .whereNull('t.done_at')
        .first()
      return row !== undefined
    })
    const types = await office.eventsOf(caseNo)
    expect(types.filter((type) => type === 'received')).toHaveLength(1)
    expect(types).toContain('materials-checked')

    // and the applicant withdraws: the engine lets the case go, nothing waits for anyone
    await office.withdraw(caseNo, '材料有误，另行申请', 'key-1')
    await until('the engine has ended it', async () => (await positionOf(caseNo))?.ended)
    expect(await openCommands(caseNo)).toBe(0)
  })

  it.each([
    ['signed by another', [['704', '20']], { receiver: 'authorised', proof: '代收委托书已核对' }],
    ['sent back', [['708'], ['711']], { receiver: 'applicant' }],
  ] as const)('whose result was %s ends with the clerk at the window', async (_how, ops, body) => {
    const caseNo = await office.file('labour-dispatch', 'grant-with-tolerance')
    const at = (step: string, login: string) => office.claimed(caseNo, step, login)
    await office.decisions.accept(await at('Task_Accept', 'window1'), {
      outcome: 'accept',
      tolerated: ['LEASE'],
    })
    await office.upload(caseNo, 'LEASE')
    await office.corrections.supplyTolerated(caseNo, 'key-1')
    await office.decisions.review(await at('Task_Review', 'examiner1'), {
      opinion: 'grant',
      text: '建议准予。',
      ruleIds: ['R-CAPITAL'],
    })
    await office.decisions.decide(await at('Task_Decide', 'chief1'), {
      decision: 'grant',
      text: '准予许可。',
    })
    await office.has(caseNo, 'dispatched')
    const waybillNo = await waybillOf(caseNo)
    const traces = ops.map(([opCode, deliverCode], minute) => ({
      waybillNo,
      opCode,
      opName: '',
      opDesc: '',
      opTime: `2026-03-02T10:0${minute}:00+08:00`,
      ...(deliverCode === undefined ? {} : { deliverCode }),
    }))
    await applyCourierPush(bench.database.db, { traces, at: new Date(), calendar: office.calendar })
    await office.decisions.handOver(await at('Task_HandOver', 'issuer1'), body)
    await until('the engine has ended it', async () => (await positionOf(caseNo))?.ended)
    expect(await office.eventsOf(caseNo)).toContain('delivered')
  })

  it('that is withdrawn at once is started and cancelled, in this order', async () => {
    const caseNo = await office.file('labour-dispatch', 'grant-ems-both-ways')
    await office.withdraw(caseNo, '重复申请', 'key-1')
    await until('both are delivered', async () => (await openCommands(caseNo)) === 0)
    await until('the engine has ended it', async () => (await positionOf(caseNo))?.ended)
  })

  it('that is withdrawn before the courier came is not collected', async () => {
    const caseNo = await office.file('labour-dispatch', 'grant-ems-both-ways')
    const waybillNo = await until('the parcel is booked', async () =>
      (await waybillOf(caseNo)) === '' ? undefined : waybillOf(caseNo),
    )
    await office.withdraw(caseNo, '改为到窗口递交', 'key-1')
    await until('EMS has called it off', async () =>
      (await parcelStates(caseNo)).includes('cancelled') ? true : undefined,
    )
    expect(await effectsOf(caseNo)).toContainEqual({
      kind: 'ems.cancel',
      state: 'done',
      attempts: 1,
    })
    expect(waybillNo).toMatch(/^\d{13}$/)
  })
})

async function parcelStates(caseNo: string): Promise<string[]> {
  return bench.database
    .db('parcel')
    .where({ case_id: await caseId(caseNo) })
    .pluck<string[]>('state')
}

async function caseId(caseNo: string): Promise<string> {
  return (await getCase(bench.database.db, { caseNo })).id
}

async function positionOf(caseNo: string): Promise<{ ended: boolean } | undefined> {
  const [ended] = await bench.database
    .db('case_position')
    .where({ case_id: await caseId(caseNo) })
    .pluck<(Date | null)[]>('ended_at')
  return ended === undefined ? undefined : { ended: ended !== null }
}

async function openCommands(caseNo: string): Promise<number> {
  const rows: unknown[] = await bench.database
    .db('engine_command')
    .where({ case_id: await caseId(caseNo) })
    .whereNull('done_at')
  return rows.length
}

async function waybillOf(caseNo: string): Promise<string> {
  const [waybillNo = ''] = await bench.database
    .db('parcel')
    .where({ case_id: await caseId(caseNo) })
    .pluck<string[]>('waybill_no')
  return waybillNo
}

async function effectsOf(caseNo: string): Promise<object[]> {
  return bench.database
    .db('effect')
    .where({ case_id: await caseId(caseNo) })
    .orderBy('id')
    .select('kind', 'state', 'attempts')
}
