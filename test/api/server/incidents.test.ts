/** One list for the operator: what the engine gave up, what it refuses, what a partner refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { IncidentRow } from '../../../contracts/inbox.ts'
import { getCase } from '../../../core/cases/case-events.ts'
import { leaseEffect, settleEffect } from '../../../core/effects/effects.ts'
import { postponeCommand } from '../../../workers/outbox/command-store.ts'
import { bodyOf, openHouse, type House } from './house.ts'

const MINUTE_MS = 60_000

let house: House
let operator: Awaited<ReturnType<House['signIn']>>

beforeAll(async () => {
  house = await openHouse()
  operator = await house.signIn('operator1')
}, 180_000)
afterAll(() => house.close())

describe('a command the engine refuses', () => {
  it('is listed, sent again at once, and remembered with the note when it is delivered', async () => {
    const { caseNo } = await house.givenFiled()
    const { id: commandId } = await commandOf(caseNo)
    await postponeCommand(house.db, commandId, {
      error: 'ENGINE_REFUSED 400 InvalidRequest',
      nextAttemptAt: inMinutes(5),
    })
    const id = `command:${commandId}`
    expect(await listed(id)).toMatchObject({
      caseNo,
      kind: 'stuckCommand',
      topic: 'start',
      message: 'ENGINE_REFUSED 400 InvalidRequest',
      remedies: ['retry'],
    })

    await operator.post(`/api/desk/incidents/${id}/retry`, { note: '已重新部署' })
    expect((await commandOf(caseNo)).due.getTime()).toBeLessThanOrEqual(Date.now())
    // the button closes nothing
    expect(await listed(id)).toMatchObject({ resolution: '已重新部署', resolvedBy: '曾思齐' })
    expect(await auditOf(id)).toEqual(['incident.retry'])

    await house.db('engine_command').where({ id: commandId }).update({ done_at: new Date() })
    expect(await listed(id)).toBeUndefined()
    expect(await listed(id, true)).toMatchObject({ resolution: '已重新部署', remedies: [] })
    expect(await answerTo(`${id}/retry`)).toBe('409 ACT_NOT_ALLOWED')
  })

  it('is not torn from a sender that may be at it this very minute', async () => {
    const { caseNo } = await house.givenFiled()
    const { id } = await commandOf(caseNo)
    const leased = inMinutes(0.9)
    await postponeCommand(house.db, id, { error: 'ENGINE_REFUSED 500 X', nextAttemptAt: leased })
    await operator.post(`/api/desk/incidents/command:${id}/retry`, { note: '再试' })
    expect((await commandOf(caseNo)).due).toEqual(leased)
  })

  it('is no trouble yet while the engine is only busy, but is after an hour', async () => {
    const { caseNo } = await house.givenFiled()
    const { id } = await commandOf(caseNo)
    await postponeCommand(house.db, id, { error: 'ENGINE_BUSY', nextAttemptAt: inMinutes(1) })
    expect(await listed(`command:${id}`)).toBeUndefined()
    const hourAgo = inMinutes(-61)
    await house.ownerDb('engine_command').where({ id }).update({ created_at: hourAgo })
    expect(await listed(`command:${id}`)).toMatchObject({ message: 'ENGINE_BUSY' })
  })
})

describe('a message a partner refused', () => {
  it('is sent again with the query code that was struck from the ledger', async () => {
    const { caseNo, queryCode } = await house.givenFiled()
    const effectId = await refusedSms(caseNo)
    const id = `effect:${effectId}`
    expect(await listed(id)).toMatchObject({
      caseNo,
      kind: 'refusedEffect',
      topic: 'sms.send',
      message: 'isv.MOBILE_NUMBER_ILLEGAL',
      remedies: ['retry', 'seen'],
    })
    await operator.post(`/api/desk/incidents/${id}/retry`, { note: '签名已通过审核' })
    const effect = (await house.db('effect').where({ id: effectId }).first()) as {
      state: string
      request: { params: { queryCode: string } }
    }
    expect(effect.state).toBe('intended')
    expect(effect.request.params.queryCode).toBe(queryCode)
    expect(await listed(id)).toBeUndefined()
    expect(await auditOf(id)).toEqual(['incident.retry'])
    expect(await answerTo(`${id}/retry`)).toBe('409 ACT_NOT_ALLOWED')
    expect(await answerTo(`${id}/seen`)).toBe('409 ACT_NOT_ALLOWED')
  })

  it('is taken off the list when the applicant was told otherwise', async () => {
    const { caseNo } = await house.givenFiled()
    const id = `effect:${await refusedSms(caseNo)}`
    await operator.post(`/api/desk/incidents/${id}/seen`, { note: '已电话告知' })
    expect(await listed(id)).toBeUndefined()
    expect(await listed(id, true)).toMatchObject({ resolution: '已电话告知', remedies: [] })
    expect(await auditOf(id)).toEqual(['incident.seen'])
    // and may still be sent again: that takes the mark away
    await operator.post(`/api/desk/incidents/${id}/retry`, { note: '号码已更正' })
    expect(await listed(id, true)).toBeUndefined()
  })
})

describe('a timer the engine gave up', () => {
  it('is tried again as a job', async () => {
    const { caseNo } = await house.givenFiled()
    // what the projection makes of the engine's event (test/engine/deadlines.test.ts has the real one)
    await house.db('incident').insert({
      id: 'incident-1',
      case_id: (await getCase(house.db, { caseNo })).id,
      process_instance_id: 'p',
      kind: 'failedJob',
      job_id: 'job-1',
      opened_at: new Date(),
    })
    expect(await listed('incident-1')).toMatchObject({ kind: 'failedJob', remedies: ['retry'] })
    await operator.post('/api/desk/incidents/incident-1/retry', { note: '日历已修复' })
    expect(house.askedOfEngine).toEqual(['job job-1'])
    expect(await answerTo('incident-1/seen')).toBe('409 ACT_NOT_ALLOWED')
  })
})

describe('the operator only', () => {
  it('may put any of it right', async () => {
    const { caseNo } = await house.givenFiled()
    const id = `effect:${await refusedSms(caseNo)}`
    const clerk = await house.signIn('window1')
    for (const what of ['retry', 'seen']) {
      const answer = await clerk.http.send(`/api/desk/incidents/${id}/${what}`, {
        method: 'POST',
        headers: clerk.headers,
        json: { note: 'x' },
      })
      expect(`${answer.status} ${String(bodyOf(answer)['code'])}`).toBe('403 NOT_YOUR_POST')
    }
    expect(await listed(id)).toBeDefined()
    expect(await answerTo('effect:999999/retry')).toBe('404 INCIDENT_NOT_FOUND')
    expect(await answerTo('command:999999/retry')).toBe('404 INCIDENT_NOT_FOUND')
  })
})

async function listed(id: string, resolved = false): Promise<IncidentRow | undefined> {
  const { rows } = await operator.get<{ rows: IncidentRow[] }>(
    `/api/desk/incidents?resolved=${resolved}`,
  )
  return rows.find((row) => row.id === id)
}

async function answerTo(path: string): Promise<string> {
  const answer = await operator.http.send(`/api/desk/incidents/${path}`, {
    method: 'POST',
    headers: operator.headers,
    json: { note: '再试' },
  })
  return `${answer.status} ${String(bodyOf(answer)['code'])}`
}

async function commandOf(caseNo: string): Promise<{ id: string; due: Date }> {
  const row = (await house
    .db('engine_command as c')
    .join('case_file as f', 'f.id', 'c.case_id')
    .select({ id: 'c.id', due: 'c.next_attempt_at' })
    .where('f.case_no', caseNo)
    .first()) as { id: string; due: Date }
  return { ...row, id: String(row.id) }
}

/** The message of the receipt, refused by the operator of the network. */
async function refusedSms(caseNo: string): Promise<string> {
  const at = new Date()
  const { id: caseId } = await getCase(house.db, { caseNo })
  const [id = ''] = await house
    .db('effect as e')
    .where({ 'e.case_id': caseId, 'e.kind': 'sms.send' })
    .pluck<string[]>('e.id')
  await leaseEffect(house.db, id, { by: 'test', at, ms: MINUTE_MS })
  await house.db.transaction((trx) =>
    settleEffect(trx, id, { state: 'refused', answer: { code: 'isv.MOBILE_NUMBER_ILLEGAL' }, at }),
  )
  return id
}

async function auditOf(subject: string): Promise<string[]> {
  return house.db('audit').where({ subject }).orderBy('id').pluck<string[]>('act')
}

function inMinutes(minutes: number): Date {
  return new Date(Date.now() + minutes * MINUTE_MS)
}
