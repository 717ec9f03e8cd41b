import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import type { Defect, RefusalGrounds } from '../../../contracts/case-events.ts'
import { deriveStatus } from '../../../core/cases/derive-status.ts'
import { listClockEntries } from '../../../core/clock/clock-ledger.ts'
import { createCorrections } from '../../../core/cases/corrections.ts'
import { MONDAY, openOffice, personId, type FiledCase, type Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())
beforeEach(() => office.setTime(MONDAY))

const defect = (subject: string, ruleId: string, kind: Defect['kind'] = 'material'): Defect => ({
  subject,
  kind,
  ruleId,
  problem: '缺失',
  fix: '请补交',
})

const notOurs: RefusalGrounds = {
  lawIds: ['L-32'],
  facts: [{ text: '申请事项在外区', evidence: [{ kind: 'form', snapshot: 1, field: 'area' }] }],
  ruleIds: ['A-SCOPE'],
  reasoning: '申请的场所不在天河区，不满足A-SCOPE的受理条件，依第三十二条不予受理。',
  remediesConfirmed: true,
  opportunity: { kind: 'not-due', reason: '依法当场告知', lawId: 'L-32' },
}

async function typesOf(of: FiledCase) {
  return (await office.eventsOf(of)).map((e) => e.type)
}

describe('the five outcomes of article 32', () => {
  it('accepts a complete application: handling clock from today, engine told through the outbox', async () => {
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const result = await office.decisions.accept(key, { outcome: 'accept' })
    expect(result).toEqual({ caseNo: filed.caseNo, seq: 3, done: true })
    const accepted = (await office.eventsOf(filed)).at(-1)
    expect(accepted).toMatchObject({
      type: 'accepted',
      payload: { mode: 'ordinary', tolerated: [] },
      actor: { kind: 'staff', id: key.personId, unit: 'TH-HALL', post: 'POST-ACCEPTANCE' },
    })
    expect(await listClockEntries(office.db, filed.caseId)).toEqual([
      { clock: 'acceptance', kind: 'run', onDay: '2026-03-16' },
      { clock: 'acceptance', kind: 'stop', onDay: '2026-03-16' },
      { clock: 'handling', kind: 'run', onDay: '2026-03-16' },
    ])
    const [command] = await office.commandsOf(filed)
    expect(command).toMatchObject({
      kind: 'complete',
      payload: {
        taskId: key.taskId,
        variables: { acceptanceOutcome: 'accept', toleranceOpen: false },
      },
    })
    // and the clerk reads their own write at once
    const [row] = (await office.db('inbox_task').where({ task_id: key.taskId })) as {
      done_at: Date | null
    }[]
    expect(row?.done_at).not.toBeNull()
  })

  it('does not accept what fails an automatic rule, and names it', async () => {
    const filed = await office.fileCase({ materials: ['M-LEASE'] })
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    await expect(office.decisions.accept(key, { outcome: 'accept' })).rejects.toMatchObject({
      code: 'ACT_NOT_ALLOWED',
      fields: [{ field: 'A-PLAN' }],
    })
    expect(await typesOf(filed)).toEqual(['submitted', 'received'])
  })

  it('tolerates a missing tolerable paper by name, with the shorter of the two deadlines', async () => {
    const filed = await office.fileCase({ materials: ['M-PLAN'] })
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    await expect(office.decisions.accept(key, { outcome: 'accept' })).rejects.toMatchObject({
      code: 'ACT_NOT_ALLOWED',
    })
    await office.decisions.accept(key, { outcome: 'accept', tolerated: ['M-LEASE'] })
    expect((await office.eventsOf(filed)).at(-1)?.payload).toEqual({
      mode: 'tolerance',
      tolerated: ['M-LEASE'],
      toleranceDeadline: '2026-03-19',
    })
    const [command] = await office.commandsOf(filed)
    expect(command?.payload.variables).toEqual({
      acceptanceOutcome: 'accept',
      toleranceOpen: true,
      toleranceDeadline: '2026-03-20T06:00:00+08:00',
    })
  })

  it.each([['M-PLAN'], ['M-LEASE'], ['M-NONE']])('does not tolerate %s here', async (code) => {
    const filed = await office.fileCase({ materials: ['M-LEASE'] })
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const act = office.decisions.accept(key, { outcome: 'accept', tolerated: [code] })
    await expect(act).rejects.toMatchObject({ code: 'TOLERANCE_NOT_OFFERED' })
  })

  it('requests a correction once, with everything that fails, due in working days', async () => {
    const filed = await office.fileCase({ materials: [], form: { area: 0 } })
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const act = office.decisions.accept(key, {
      outcome: 'request-correction',
      defects: [defect('M-PLAN', 'A-PLAN')],
    })
    await expect(act).rejects.toMatchObject({
      code: 'CORRECTION_INCOMPLETE',
      fields: [{ field: 'A-AREA' }, { field: 'A-LEASE' }],
    })
    await office.decisions.accept(key, {
      outcome: 'request-correction',
      defects: [
        defect('M-PLAN', 'A-PLAN'),
        defect('M-LEASE', 'A-LEASE'),
        defect('area', 'A-AREA', 'field'),
      ],
    })
    const events = await office.eventsOf(filed)
    expect(deriveStatus(events)).toBe('correcting')
    expect(events.at(-1)?.payload).toMatchObject({ deadline: '2026-03-23', manner: 'desk' })
    const [command] = await office.commandsOf(filed)
    expect(command?.payload.variables).toEqual({
      acceptanceOutcome: 'request-correction',
      correctionDeadline: '2026-03-24T06:00:00+08:00',
    })
  })

  it.each([
    ['a rule of review', defect('M-PLAN', 'V-SITE')],
    ['a rule of nowhere', defect('M-PLAN', 'X-1')],
    ['a paper the guide does not list', defect('M-EXTRA', 'A-PLAN')],
    ['a field the form does not have', defect('salary', 'A-AREA', 'field')],
  ])('adds no condition to the guide: %s', async (_what, wrong) => {
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const act = office.decisions.accept(key, { outcome: 'request-correction', defects: [wrong] })
    await expect(act).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('tells a second time only what is wrong inside the newly supplied paper', async () => {
    // given a corrected case
    const filed = await office.fileCase({ materials: ['M-LEASE'] })
    const first = await office.claimed(filed, 'Task_Accept', 'window1')
    await office.decisions.accept(first, {
      outcome: 'request-correction',
      defects: [defect('M-PLAN', 'A-PLAN')],
    })
    await office.taskEnds(filed, first.taskId, 'Task_Accept')
    const fileId = await office.addFile(filed.caseId, 'M-PLAN', office.clock.now())
    await office.ownerDb('material_file').where({ id: fileId }).update({ filed: false })
    const corrections = createCorrections(office)
    await corrections.submitCorrection(filed.caseNo, {}, 'once')
    // when the clerk finds something else
    const second = await office.claimed(filed, 'Task_Accept', 'window1')
    const other = office.decisions.accept(second, {
      outcome: 'request-correction',
      defects: [defect('M-LEASE', 'A-LEASE')],
    })
    await expect(other).rejects.toMatchObject({ code: 'CORRECTION_ONLY_ONCE' })
    const inside = { ...defect('M-PLAN', 'A-PLAN'), problem: '新图纸缺页' }
    await office.decisions.accept(second, { outcome: 'request-correction', defects: [inside] })
    expect((await typesOf(filed)).slice(-2)).toEqual([
      'correction-submitted',
      'correction-requested',
    ])
  })

  it('corrects the form on the spot, checks again and leaves the task with the clerk', async () => {
    const filed = await office.fileCase({ form: { area: 0 } })
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    const result = await office.decisions.accept(key, {
      outcome: 'correct-on-the-spot',
      fields: [{ key: 'area', value: 30 }],
    })
    expect(result.done).toBe(false)
    expect((await office.eventsOf(filed)).slice(-2).map((e) => [e.type, e.payload])).toMatchObject([
      ['corrected-on-the-spot', { snapshot: 2, fields: ['area'] }],
      ['materials-checked', { passed: true }],
    ])
    const wrong = office.decisions.accept(key, {
      outcome: 'correct-on-the-spot',
      fields: [{ key: 'area', value: 'wide' }],
    })
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect((await office.decisions.accept(key, { outcome: 'accept' })).done).toBe(true)
  })

  it('refuses acceptance by two persons: one proposes, another decides', async () => {
    const filed = await office.fileCase()
    const first = await office.claimed(filed, 'Task_Accept', 'window1')
    const body = { outcome: 'not-competent', competentOrgan: '越秀区人社局' } as const
    await expect(office.decisions.accept(first, body)).rejects.toMatchObject({
      code: 'REFUSAL_GATE',
    })
    const proposed = await office.decisions.accept(first, { ...body, grounds: notOurs })
    expect(proposed.done).toBe(false)
    // the same person may not be the second one
    await office.claims.claim(first)
    await expect(office.decisions.accept(first, body)).rejects.toMatchObject({
      code: 'SAME_PERSON',
    })
    await office.claims.release(first)
    const second = { ...first, personId: personId('window2') }
    await office.claims.claim(second)
    expect((await office.decisions.accept(second, body)).done).toBe(true)
    const events = await office.eventsOf(filed)
    expect(deriveStatus(events)).toBe('acceptance-refused')
    expect(events.slice(-3).map((e) => e.type)).toEqual([
      'reviewed',
      'acceptance-refused',
      'closed',
    ])
    expect(events.at(-2)?.payload).toEqual({
      limb: 'not-competent',
      competentOrgan: '越秀区人社局',
      grounds: notOurs,
    })
    const [command] = await office.commandsOf(filed)
    expect(command?.payload.variables).toEqual({ acceptanceOutcome: 'not-competent' })
  })

  it('takes another limb for another proposal, which the first person may confirm', async () => {
    const filed = await office.fileCase()
    const first = await office.claimed(filed, 'Task_Accept', 'window1')
    const second = { ...first, personId: personId('window2') }
    const ours = { outcome: 'not-competent', competentOrgan: '越秀区人社局' } as const
    await office.decisions.accept(first, { ...ours, grounds: notOurs })
    await office.claims.claim(second)
    // without grounds of its own it is nothing
    await expect(
      office.decisions.accept(second, { outcome: 'not-required' }),
    ).rejects.toMatchObject({ code: 'REFUSAL_GATE' })
    const elsewhere = { ...ours, competentOrgan: '海珠区人社局', grounds: notOurs } as const
    expect((await office.decisions.accept(second, elsewhere)).done).toBe(false)
    const other = { outcome: 'not-required', grounds: notOurs } as const
    await office.claims.claim(second)
    expect((await office.decisions.accept(second, other)).done).toBe(false)
    expect(deriveStatus(await office.eventsOf(filed))).toBe('received')
    // the first one agrees with it
    await office.claims.claim(first)
    const confirmed = await office.decisions.accept(first, { outcome: 'not-required' })
    expect(confirmed.done).toBe(true)
    expect((await office.eventsOf(filed)).at(-2)?.payload).toMatchObject({ limb: 'not-required' })
  })

  it('after five working days of silence only acceptance is left, back-dated to the receipt', async () => {
    const filed = await office.fileCase({ materials: ['M-LEASE'] })
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    office.setTime('2026-03-24T09:00:00+08:00')
    const late = office.decisions.accept(key, {
      outcome: 'request-correction',
      defects: [defect('M-PLAN', 'A-PLAN')],
    })
    await expect(late).rejects.toMatchObject({ code: 'ACT_NOT_ALLOWED', allowed: ['accept'] })
    await office.decisions.accept(key, { outcome: 'accept' })
    expect((await office.eventsOf(filed)).at(-1)?.payload).toMatchObject({ mode: 'deemed' })
    expect((await listClockEntries(office.db, filed.caseId)).at(-1)).toEqual({
      clock: 'handling',
      kind: 'run',
      onDay: '2026-03-16',
    })
  })
})
