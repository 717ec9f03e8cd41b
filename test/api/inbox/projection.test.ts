import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { recordMessage } from '../../../core/cases/engine-messages.ts'
import { createPool } from '../../../core/database/pool.ts'
import {
  hashProjection,
  projectEngineEvents,
  rebuildProjection,
} from '../../../core/inbox/project-engine-events.ts'
import { createIncidents } from '../../../core/incidents/incidents.ts'
import { openOffice, personId, type FiledCase, type Office } from '../decisions/office.ts'

const queryKey = Buffer.alloc(32, 7)
let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

const row = async (taskId: string) =>
  (await office.db('inbox_task').where({ task_id: taskId }).first()) as Record<string, unknown>

describe('the projection', () => {
  it('turns a user task into an inbox row with due date and masked applicant', async () => {
    const filed = await office.fileCase()
    const taskId = await office.taskOpens(filed, 'Task_Accept')
    expect(await row(taskId)).toMatchObject({
      case_no: filed.caseNo,
      step: 'Task_Accept',
      act: 'accept',
      unit_code: 'TH-HALL',
      post_code: 'POST-ACCEPTANCE',
      item_name: '样例许可',
      applicant_masked: '张*三',
      promised_on: '2026-03-23',
      legal_on: '2026-03-23',
      done_at: null,
    })
    const position: unknown = await office
      .db('case_position')
      .where({ case_id: filed.caseId })
      .first()
    expect(position).toMatchObject({ process_instance_id: filed.pi, ended_at: null })
    expect(await office.db('case_wait').where({ case_id: filed.caseId })).toMatchObject([
      { activity_id: 'Task_Accept', kind: 'user' },
    ])
  })

  it('follows the ledger: handling steps show the promised and the legal date', async () => {
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    await office.decisions.accept(key, { outcome: 'accept' })
    await office.taskEnds(filed, key.taskId, 'Task_Accept')
    const taskId = await office.taskOpens(filed, 'Task_Review')
    expect(await row(taskId)).toMatchObject({ promised_on: '2026-03-30', legal_on: '2026-04-14' })
  })

  it('tells the watchers of the case with every move, and bumps its revision', async () => {
    const filed = await office.fileCase()
    await office.projectAll()
    const before = await revisionOf(filed)
    await office.emit(filed, {
      k: 'wait.start',
      pi: filed.pi,
      act: 'Task_Check',
      type: 'serviceTask',
      ai: randomUUID(),
      at: 1,
    })
    await office.projectAll()
    expect(await revisionOf(filed)).toBe(before + 1)
  })

  it('ends a case: nothing waits, nothing is open, the end is known', async () => {
    const filed = await office.fileCase()
    const taskId = await office.taskOpens(filed, 'Task_Accept')
    const at = Date.parse('2026-03-16T12:00:00Z')
    await office.emit(filed, { k: 'instance.end', pi: filed.pi, endAct: 'End_Withdrawn', at })
    await office.projectAll()
    expect(await office.db('case_wait').where({ case_id: filed.caseId })).toEqual([])
    expect((await row(taskId))['done_at']).toEqual(new Date(at))
    const position: unknown = await office
      .db('case_position')
      .where({ case_id: filed.caseId })
      .first()
    expect(position).toMatchObject({ ended_at: new Date(at), end_activity: 'End_Withdrawn' })
  })

  it.each(['message first', 'wait first'])(
    'brings message and wait together: %s',
    async (order) => {
      const filed = await office.fileCase()
      await office.projectAll()
      const ai = randomUUID()
      const happens = () =>
        office.db.transaction((trx) =>
          recordMessage(trx, filed.caseId, 'correction-submitted', {}, office.clock.now()),
        )
      const waits = async () => {
        await office.emit(filed, {
          k: 'wait.start',
          pi: filed.pi,
          act: 'Wait_Correction',
          type: 'receiveTask',
          ai,
          at: 1,
        })
        await office.projectAll()
      }
      if (order === 'message first') {
        await happens()
        expect(await office.commandsOf(filed)).toEqual([])
        await waits()
      } else {
        await waits()
        await happens()
      }
      expect(await office.commandsOf(filed)).toMatchObject([
        { kind: 'correlate', payload: { activityInstanceId: ai, message: 'correction-submitted' } },
      ])
    },
  )

  it('passes over instances that belong to no case, and counts them', async () => {
    await office.projectAll()
    const pi = randomUUID()
    await office.emit({ pi }, { k: 'instance.start', pi, bk: 'another-tool', at: 1 })
    let skipped = 0
    const onSkipped = (events: number) => void (skipped += events)
    while (skipped === 0)
      await projectEngineEvents(office.db, office.clock, {
        limit: 10,
        calendar: office.calendar,
        onSkipped,
      })
    expect(skipped).toBe(1)
  })
})

describe('order and rivals', () => {
  it('waits for a transaction that began earlier and commits later: no event is lost', async () => {
    const filed = await office.fileCase()
    await office.projectAll()
    const task = randomUUID()
    const engine = createPool({
      url: office.database.engineUrl,
      max: 1,
      applicationName: 'slow engine',
    })
    const slow = await engine.transaction()
    await slow('engine.engine_event').insert({
      process_instance_id: filed.pi,
      events: JSON.stringify([{ k: 'task.create', pi: filed.pi, task, act: 'Task_Accept', at: 1 }]),
    })
    // a later row is visible, but must not be taken before the earlier one
    await office.emit(filed, { k: 'task.complete', pi: filed.pi, task, act: 'Task_Accept', at: 2 })
    const options = { limit: 10, calendar: office.calendar }
    expect(await projectEngineEvents(office.db, office.clock, options)).toBe(0)
    await slow.commit()
    await engine.destroy()
    await office.projectAll()
    expect((await row(task))['done_at']).toEqual(new Date(2))
  })

  it('has one projector at a time and takes every event once, whatever the batch size', async () => {
    const filed = await Promise.all(Array.from({ length: 12 }, () => office.fileCase()))
    const tasks = await Promise.all(
      filed.map(async (of) => {
        const task = randomUUID()
        await office.emit(of, { k: 'task.create', pi: of.pi, task, act: 'Task_Accept', at: 1 })
        return task
      }),
    )
    await Promise.all([office.projectAll(1), office.projectAll(3), office.projectAll(2)])
    for (const task of tasks) expect(await row(task)).toBeDefined()
  })

  it('leaves the batch undone when it is killed in the middle, and does it again', async () => {
    const filed = await office.fileCase()
    await office.projectAll()
    const task = randomUUID()
    await office.emit(filed, { k: 'task.create', pi: filed.pi, task, act: 'Task_Accept', at: 1 })
    // given a calendar that breaks in the middle of the batch
    const calendar = { get: () => Promise.reject(new Error('killed')) }
    await expect(
      (async () => {
        for (;;) await projectEngineEvents(office.db, office.clock, { limit: 10, calendar })
      })(),
    ).rejects.toThrow('killed')
    expect(await row(task)).toBeUndefined()
    await office.projectAll()
    expect(await row(task)).toBeDefined()
  })
})

describe('a rebuild from zero', () => {
  it('gives the same table, keeps notes and unfinished completions, and makes no command twice', async () => {
    // given cases in every place: fresh, accepted, withdrawn, with an incident under repair
    const filed = await office.fileCase()
    const key = await office.claimed(filed, 'Task_Accept', 'window1')
    await office.decisions.accept(key, { outcome: 'accept' })
    await office.taskEnds(filed, key.taskId, 'Task_Accept')
    await office.taskOpens(filed, 'Task_Review')
    const incident = await brokenCheck()
    await createIncidents({ ...office, queryKey }).prepareRetry(
      { personId: personId('operator1'), incidentId: incident },
      '地址库已恢复',
    )
    await office.projectAll()
    const before = await hashProjection(office.db)
    const commands = await countCommands()
    const waiting = await office.fileCase()
    const waitingKey = await office.claimed(waiting, 'Task_Accept', 'window1')
    await office.decisions.accept(waitingKey, { outcome: 'accept' })
    // when
    await rebuildProjection(office.db, office.clock, { limit: 7, calendar: office.calendar })
    // then the clerk's own act is not offered again although the engine has not heard of it
    expect((await row(waitingKey.taskId))['done_at']).not.toBeNull()
    await office.taskEnds(waiting, waitingKey.taskId, 'Task_Accept')
    const rebuiltOnce = await hashProjection(office.db)
    await rebuildProjection(office.db, office.clock, { limit: 500, calendar: office.calendar })
    expect(await hashProjection(office.db)).toBe(rebuiltOnce)
    expect(rebuiltOnce).not.toBe(before)
    expect(await countCommands()).toBe(commands + 1)
    const note: unknown = await office.db('incident').where({ id: incident }).first()
    expect(note).toMatchObject({ resolution: '地址库已恢复', resolved_by: personId('operator1') })
  })

  it('equals what the projector made step by step', async () => {
    await office.projectAll()
    const before = await hashProjection(office.db)
    await rebuildProjection(office.db, office.clock, { limit: 11, calendar: office.calendar })
    expect(await hashProjection(office.db)).toBe(before)
  })
})

describe('incidents', () => {
  it('are listed to operators and closed by the engine alone', async () => {
    const incidents = createIncidents({ ...office, queryKey })
    const id = await brokenCheck()
    const operator = personId('operator1')
    await expect(incidents.list(personId('chief1'))).rejects.toMatchObject({
      code: 'NOT_YOUR_POST',
    })
    const open = (await incidents.list(operator)).find((i) => i.id === id)
    expect(open).toMatchObject({ topic: 'material-check', step: 'Task_Check', message: 'EMS_DOWN' })
    const target = await incidents.prepareRetry({ personId: operator, incidentId: id }, '已修复')
    expect(target).toEqual({ kind: 'external-task', externalTaskId: `ext-${id}` })
    // asked again after a failed call it says the same: nothing is resolved yet
    await incidents.prepareRetry({ personId: operator, incidentId: id }, '再试一次')
    const [pi = ''] = await office
      .db('incident')
      .where({ id })
      .pluck<string[]>('process_instance_id')
    await office.emit({ pi }, { k: 'incident.resolve', pi, incident: id, at: 5 })
    await office.projectAll()
    expect((await incidents.list(operator)).some((i) => i.id === id)).toBe(false)
    expect(
      (await incidents.list(operator, { resolved: true })).find((i) => i.id === id),
    ).toMatchObject({
      resolution: '再试一次',
      resolvedBy: 'operator1',
    })
    await expect(
      incidents.prepareRetry({ personId: operator, incidentId: id }, 'x'),
    ).rejects.toMatchObject({ code: 'ACT_NOT_ALLOWED' })
    await expect(
      incidents.prepareRetry({ personId: operator, incidentId: 'none' }, 'x'),
    ).rejects.toMatchObject({ code: 'INCIDENT_NOT_FOUND' })
  })
})

/** @returns the incident's id */
async function brokenCheck(): Promise<string> {
  const filed = await office.fileCase()
  const incident = randomUUID()
  await office.emit(filed, {
    k: 'incident.create',
    pi: filed.pi,
    incident,
    type: 'failedExternalTask',
    act: 'Task_Check',
    configuration: `ext-${incident}`,
    message: 'EMS_DOWN',
    at: 1,
  })
  await office.projectAll()
  return incident
}

async function revisionOf(filed: FiledCase): Promise<number> {
  const [revision] = await office
    .db('case_file')
    .where({ id: filed.caseId })
    .pluck<string[]>('revision')
  return Number(revision)
}

async function countCommands(): Promise<number> {
  return (await office.db('engine_command').pluck('id')).length
}
