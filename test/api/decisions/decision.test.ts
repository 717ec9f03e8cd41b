import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { InspectBody } from '../../../contracts/acts.ts'
import type { RefusalGrounds } from '../../../contracts/case-events.ts'
import { deriveStatus } from '../../../core/cases/derive-status.ts'
import { appendCaseEvent } from '../../../core/cases/case-events.ts'
import { createCorrections } from '../../../core/cases/corrections.ts'
import { createAutomaticOutcome } from '../../../core/decisions/automatic-outcome.ts'
import { MONDAY, openOffice, personId, type FiledCase, type Filing, type Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())
beforeEach(() => office.setTime(MONDAY))

async function accepted(filing: Filing = {}, tolerated: string[] = []): Promise<FiledCase> {
  const filed = await office.fileCase(filing)
  const key = await office.claimed(filed, 'Task_Accept', 'window1')
  await office.decisions.accept(key, { outcome: 'accept', tolerated })
  await office.taskEnds(filed, key.taskId, 'Task_Accept')
  return filed
}

async function reviewed(filed: FiledCase, grounds?: RefusalGrounds): Promise<void> {
  const key = await office.claimed(filed, 'Task_Review', 'examiner1')
  await office.decisions.review(
    key,
    grounds === undefined
      ? { opinion: 'grant', text: '符合条件', ruleIds: ['V-CAPITAL'] }
      : { opinion: 'refuse', text: '不符合条件', grounds },
  )
  await office.taskEnds(filed, key.taskId, 'Task_Review')
}

async function heard(filed: FiledCase): Promise<number> {
  const task = await office.taskOpens(filed, 'Task_Review')
  const body = { manner: 'phone', summary: '已告知拟不予许可并听取意见' } as const
  const { seq } = await office.decisions.stateHeard(
    { personId: personId('examiner1'), caseNo: filed.caseNo },
    body,
  )
  await office.taskEnds(filed, task, 'Task_Review')
  return seq
}

const tooPoor = (seq: number): RefusalGrounds => ({
  lawIds: ['L-38'],
  facts: [{ text: '注册资本不足', evidence: [{ kind: 'form', snapshot: 1, field: 'capital' }] }],
  ruleIds: ['V-CAPITAL'],
  reasoning: '申请表载明的注册资本低于V-CAPITAL规定的标准，依第三十八条不予许可。',
  remediesConfirmed: true,
  opportunity: { kind: 'event', seq },
})

const ofCase = ({ caseId, caseNo }: FiledCase) => ({ id: caseId, caseNo })

/** What the courier's pushes leave in the file. */
async function parcelWent(filed: FiledCase, state: string): Promise<void> {
  const sent = { direction: 'outbound', waybillNo: '1100000000001' } as const
  const common = { at: office.clock.now(), actor: { kind: 'partner', id: 'ems' } as const }
  const known = (await office.eventsOf(filed)).some((e) => e.type === 'dispatched')
  await office.db.transaction(async (trx) => {
    const of = ofCase(filed)
    if (!known) await appendCaseEvent(trx, of, { type: 'dispatched', payload: sent, ...common })
    const payload = { ...sent, state, opCode: '704' }
    await appendCaseEvent(trx, of, { type: 'parcel-tracked', payload, ...common })
  })
}

describe('grant', () => {
  it('closes the case, stops the handling clock, starts delivery and registers the licence', async () => {
    const filed = await accepted()
    await reviewed(filed)
    const key = await office.claimed(filed, 'Task_Decide', 'chief1')
    await office.decisions.decide(key, { decision: 'grant', text: '准予许可' })
    const events = await office.eventsOf(filed)
    expect(deriveStatus(events)).toBe('closed')
    expect(events.slice(-2).map((e) => e.type)).toEqual(['decided', 'closed'])
    const licence = (await office.db('licence').where({ case_id: filed.caseId }).first()) as {
      licence_no: string
      valid_from: string
      valid_until: string
    }
    expect(licence).toMatchObject({ valid_from: '2026-03-16', valid_until: '2029-03-15' })
    expect(licence.licence_no).toMatch(/^穗天样证〔2026〕\d{6}号$/u)
    expect((await office.commandsOf(filed)).at(-1)?.payload.variables).toEqual({
      decision: 'grant',
    })
  })

  it('is not for the one who examined, under whatever post', async () => {
    const filed = await accepted()
    await office.ownerDb('person_post').insert({
      person_id: personId('examiner1'),
      unit_code: 'TH-HRSS',
      post_code: 'POST-CHIEF',
      valid_from: '2020-01-01',
    })
    await reviewed(filed)
    const key = await office.claimed(filed, 'Task_Decide', 'examiner1')
    await expect(
      office.decisions.decide(key, { decision: 'grant', text: '准予' }),
    ).rejects.toMatchObject({ code: 'SAME_PERSON' })
  })

  it('needs the review rules met and the tolerated papers supplied', async () => {
    const filed = await accepted({ form: { capital: 1 }, materials: ['M-PLAN'] }, ['M-LEASE'])
    await reviewed(filed)
    const key = await office.claimed(filed, 'Task_Decide', 'chief1')
    await expect(
      office.decisions.decide(key, { decision: 'grant', text: '准予' }),
    ).rejects.toMatchObject({
      code: 'ACT_NOT_ALLOWED',
      fields: [{ field: 'V-CAPITAL' }, { field: 'M-LEASE', code: 'TOLERATED_PAPER_OWED' }],
    })
  })
})

describe('refusal', () => {
  it('passes the whole gate, first as opinion, then as decision by the second person', async () => {
    const filed = await accepted({ form: { capital: 1 } })
    const grounds = tooPoor(await heard(filed))
    await reviewed(filed, grounds)
    const key = await office.claimed(filed, 'Task_Decide', 'chief1')
    await office.decisions.decide(key, { decision: 'refuse', text: '不予许可' })
    const events = await office.eventsOf(filed)
    expect(events.at(-2)).toMatchObject({
      type: 'decided',
      payload: { decision: 'refuse', mode: 'desk', grounds },
    })
    expect(await office.db('licence').where({ case_id: filed.caseId })).toEqual([])
  })

  it('without an examination lacks the second person; nothing is written', async () => {
    const filed = await accepted({ form: { capital: 1 } })
    const grounds = tooPoor(await heard(filed))
    const key = await office.claimed(filed, 'Task_Decide', 'chief1')
    const before = (await office.eventsOf(filed)).length
    await expect(
      office.decisions.decide(key, { decision: 'refuse', text: '不予许可', grounds }),
    ).rejects.toMatchObject({ code: 'REFUSAL_GATE', fields: [{ field: 'f' }] })
    await expect(
      office.decisions.decide(key, { decision: 'refuse', text: '不予许可' }),
    ).rejects.toMatchObject({
      fields: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((field) => ({ field })),
    })
    expect((await office.eventsOf(filed)).length).toBe(before)
  })

  it('cannot cite a rule the file keeps', async () => {
    const filed = await accepted()
    const grounds = tooPoor(await heard(filed))
    const key = await office.claimed(filed, 'Task_Review', 'examiner1')
    await expect(
      office.decisions.review(key, { opinion: 'refuse', text: '不予', grounds }),
    ).rejects.toMatchObject({ code: 'REFUSAL_GATE', fields: [{ field: 'c' }] })
  })
})

describe('inspection', () => {
  const visit = (change: Partial<InspectBody> = {}): InspectBody => ({
    inspectors: ['INSPECTOR1', 'INSPECTOR2'],
    at: '2026-03-16T02:30:00Z',
    findings: [{ ruleId: 'V-SITE', outcome: 'fail', fact: '没有消毒设备', evidence: [] }],
    ...change,
  })

  it('needs two different officers of the post, the recorder among them', async () => {
    office.setTime('2026-03-16T15:00:00+08:00')
    const filed = await accepted()
    const key = await office.claimed(filed, 'Task_Inspect', 'inspector1')
    for (const inspectors of [
      ['INSPECTOR1'],
      ['INSPECTOR1', 'INSPECTOR1'],
      ['INSPECTOR1', 'CHIEF1'],
      ['INSPECTOR1', 'NOBODY'],
    ])
      await expect(office.decisions.inspect(key, visit({ inspectors }))).rejects.toMatchObject({
        code: 'INSPECTORS_TWO',
      })
    const strange = visit({ at: '2026-03-17T02:30:00Z' })
    await expect(office.decisions.inspect(key, strange)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      fields: [{ field: '/at' }],
    })
    await office.decisions.inspect(key, visit())
    expect((await office.eventsOf(filed)).at(-1)?.payload).toMatchObject({
      inspectors: [personId('inspector1'), personId('inspector2')],
    })
    // then what the officers saw stands against a grant
    await office.taskEnds(filed, key.taskId, 'Task_Inspect')
    await reviewed(filed)
    const decide = await office.claimed(filed, 'Task_Decide', 'chief1')
    await expect(
      office.decisions.decide(decide, { decision: 'grant', text: '准予' }),
    ).rejects.toMatchObject({ code: 'ACT_NOT_ALLOWED', fields: [{ field: 'V-SITE' }] })
  })
})

describe('hand-over and automatic outcomes', () => {
  async function granted(filing: Filing = {}): Promise<FiledCase> {
    const filed = await accepted(filing)
    await reviewed(filed)
    const key = await office.claimed(filed, 'Task_Decide', 'chief1')
    await office.decisions.decide(key, { decision: 'grant', text: '准予许可' })
    return filed
  }

  it('hands the papers over at the window, once', async () => {
    const filed = await granted()
    const key = await office.claimed(filed, 'Task_HandOver', 'issuer1')
    await office.decisions.handOver(key, { receiver: 'applicant' })
    expect(deriveStatus(await office.eventsOf(filed))).toBe('delivered')
    await expect(office.decisions.handOver(key, { receiver: 'applicant' })).rejects.toMatchObject({
      code: 'TASK_DONE',
    })
  })

  it.each([
    ['delivered', { by: 'ems', waybillNo: '1100000000001' }],
    ['returned', { by: 'window' }],
  ])('sees to a parcel that reached nobody: %s', async (state, delivery) => {
    const filed = await granted({ transport: { delivery: 'ems' } })
    await parcelWent(filed, 'out-for-delivery')
    const key = await office.claimed(filed, 'Task_HandOver', 'issuer1')
    const early = office.decisions.handOver(key, { receiver: 'authorised', proof: '委托书' })
    await expect(early).rejects.toMatchObject({ code: 'ACT_NOT_ALLOWED' })
    await parcelWent(filed, state)
    if (state === 'delivered') {
      const unproven = office.decisions.handOver(key, { receiver: 'authorised' })
      await expect(unproven).rejects.toMatchObject({ fields: [{ field: '/proof' }] })
    }
    await office.decisions.handOver(key, { receiver: 'authorised', proof: '委托书原件已核对' })
    const events = await office.eventsOf(filed)
    expect(events.at(-1)?.payload).toEqual({
      ...delivery,
      receiver: 'authorised',
      proof: '委托书原件已核对',
    })
    expect(deriveStatus(events)).toBe('delivered')
  })

  it('adds nothing to a delivery the addressee has signed in the meantime', async () => {
    const filed = await granted({ transport: { delivery: 'ems' } })
    const key = await office.claimed(filed, 'Task_HandOver', 'issuer1')
    const actor = { kind: 'partner', id: 'ems' } as const
    await office.db.transaction((trx) =>
      appendCaseEvent(trx, ofCase(filed), {
        type: 'delivered',
        at: office.clock.now(),
        actor,
        payload: { by: 'ems', waybillNo: '1100000000001', receiver: 'applicant' },
      }),
    )
    const before = await office.eventsOf(filed)
    expect((await office.decisions.handOver(key, { receiver: 'applicant' })).done).toBe(true)
    expect(await office.eventsOf(filed)).toEqual(before)
  })

  it('records a download as delivery once for a key', async () => {
    const record = createAutomaticOutcome(office)
    const filed = await granted({ transport: { delivery: 'download' } })
    const request = { caseNo: filed.caseNo, outcome: 'delivered-online', key: 'task-1' } as const
    await record(request)
    await record(request)
    const types = (await office.eventsOf(filed)).map((e) => e.type)
    expect(types.filter((t) => t === 'delivered')).toHaveLength(1)
    await expect(record({ ...request, key: 'task-2' })).rejects.toMatchObject({
      code: 'ACT_NOT_ALLOWED',
    })
  })

  it('returns a case whose correction never came, not before the deadline', async () => {
    const record = createAutomaticOutcome(office)
    const filed = await office.fileCase({ materials: ['M-LEASE'] })
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    await office.decisions.accept(key, {
      outcome: 'request-correction',
      defects: [
        { subject: 'M-PLAN', kind: 'material', ruleId: 'A-PLAN', problem: '缺', fix: '补' },
      ],
    })
    const expire = { caseNo: filed.caseNo, outcome: 'correction-expired', key: 'timer' } as const
    await expect(record(expire)).rejects.toMatchObject({ code: 'ACT_NOT_ALLOWED' })
    office.setTime('2026-03-24T00:00:01+08:00')
    expect(await record(expire)).toEqual({ answeredInTime: false })
    expect(await record(expire)).toEqual({ answeredInTime: false })
    expect(deriveStatus(await office.eventsOf(filed))).toBe('returned')
  })

  it('terminates a case whose tolerated paper never came', async () => {
    const record = createAutomaticOutcome(office)
    const filed = await accepted({ materials: ['M-PLAN'] }, ['M-LEASE'])
    office.setTime('2026-03-20T00:00:01+08:00')
    await record({ caseNo: filed.caseNo, outcome: 'tolerance-expired', key: 'timer-2' })
    const events = await office.eventsOf(filed)
    expect(events.slice(-3).map((e) => e.type)).toEqual([
      'tolerance-expired',
      'terminated',
      'closed',
    ])
  })

  it('lets an answer on file win over its timer, and no later notice takes it for its own', async () => {
    const record = createAutomaticOutcome(office)
    const filed = await accepted({ materials: ['M-PLAN'] }, ['M-LEASE'])
    const fileId = await office.addFile(filed.caseId, 'M-LEASE', office.clock.now())
    await office.ownerDb('material_file').where({ id: fileId }).update({ filed: false })
    // the flow's wait is not in our tables yet: the message has met nothing
    await createCorrections(office).supplyTolerated(filed.caseNo, 'once')
    office.setTime('2026-03-20T06:00:01+08:00')
    const expire = { caseNo: filed.caseNo, outcome: 'tolerance-expired', key: 'timer-3' } as const
    expect(await record(expire)).toEqual({ answeredInTime: true })
    expect(await record(expire)).toEqual({ answeredInTime: true })

    expect((await office.eventsOf(filed)).at(-1)?.type).toBe('tolerance-supplied')
    const messages = office.db('engine_message').where({ case_id: filed.caseId })
    expect(await messages.pluck('matched_wait')).toEqual(['dropped:timer-3'])
  })

  it('never grants on the spot what is not an instant item', async () => {
    const record = createAutomaticOutcome(office)
    const filed = await office.fileCase()
    await expect(
      record({ caseNo: filed.caseNo, outcome: 'instant-grant', key: 'task-9' }),
    ).rejects.toMatchObject({ code: 'ACT_NOT_ALLOWED' })
  })
})
