/** Deadlines on the running engine: its timers are moved to now, nobody sleeps until the day comes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AcceptBody } from '../../contracts/acts.ts'
import { getCase, listCaseEvents } from '../../core/cases/case-events.ts'
import { startEngineBench, type EngineBench } from './engine-fixture.ts'
import { openOffice, type Office } from './office.ts'
import { until } from './until.ts'

const DAY_MS = 86_400_000
const ADDRESS = '广州市天河区五山路示例街1号101房'
const CORRECTION: AcceptBody = {
  outcome: 'request-correction',
  defects: [
    {
      subject: 'APPLICATION-FORM',
      kind: 'material',
      ruleId: 'A-FORM-SEAL',
      problem: '第2页没有加盖公章。',
      fix: '在第2页加盖公章后重新扫描上传。',
    },
    {
      subject: 'registeredAddress',
      kind: 'field',
      ruleId: 'A-DISTRICT',
      problem: '住所没有写到门牌号。',
      fix: '按营业执照写全住所。',
    },
  ],
}
const TOLERANCE: AcceptBody = { outcome: 'accept', tolerated: ['LEASE'] }

let bench: EngineBench
let office: Office
let ahead = 0

beforeAll(async () => {
  bench = await startEngineBench()
  office = await openOffice(bench, { now: () => new Date(Date.now() + ahead) })
  await office.startWorkers()
  await office.publish('labour-dispatch')
})
afterAll(async () => {
  await office.close()
  await bench.close()
})

describe('a deadline nobody met', () => {
  it('of a correction returns the case, with a paper and a notice', async () => {
    const caseNo = await waitingForCorrection()
    await dueIs(caseNo, 'correction-requested')
    await comesDue(caseNo, { days: 60 })
    await ends(caseNo, 'End_Returned')

    const events = await office.eventsOf(caseNo)
    expect(events.filter((type) => type !== 'noticed').slice(-3)).toEqual([
      'correction-expired',
      'closed',
      'document-issued',
    ])
    expect(await paperOf(caseNo)).toMatchObject({ kind: 'termination-notice' })
    await until('the applicant was told', async () =>
      (await noticesOf(caseNo)).includes('terminated'),
    )
    await engineIsDone(caseNo)
  })

  it('of tolerated papers ends the case, and the review that ran beside it', async () => {
    const caseNo = await waitingForSupplement()
    await office.claimed(caseNo, 'Task_Review', 'examiner1')
    await dueIs(caseNo, 'accepted')
    await comesDue(caseNo, { days: 60 })
    await ends(caseNo, 'End_Terminated')

    const events = await office.eventsOf(caseNo)
    expect(events.filter((type) => type !== 'noticed').slice(-4)).toEqual([
      'tolerance-expired',
      'terminated',
      'closed',
      'document-issued',
    ])
    expect(await paperOf(caseNo)).toMatchObject({ kind: 'termination-notice' })
    await until('the applicant was told', async () =>
      (await noticesOf(caseNo)).includes('terminated'),
    )
    await engineIsDone(caseNo)
  })
})

describe('a timer the engine gave up', () => {
  it('is on the list of the operator, who lets the engine try it again', async () => {
    const caseNo = await waitingForCorrection()
    const { id: jobId } = await timerOf(caseNo)
    const [operator = ''] = await bench.database
      .db('person as p')
      .where('p.subject', 'demo|operator1')
      .pluck<string[]>('p.id')
    const open = async () =>
      (await office.incidents.list(operator)).find((incident) => incident.caseNo === caseNo)
    // when its tries are used up, as after as many failures
    expect((await engine('PUT', `/job/${jobId}/retries`, { retries: 0 })).status).toBe(204)
    const incident = await until('it is listed', open)
    expect(incident).toMatchObject({ kind: 'failedJob', remedies: ['retry'] })

    const target = await office.incidents.prepareRetry(
      { personId: operator, incidentId: incident.id },
      '数据库已恢复',
    )
    expect(target).toEqual({ kind: 'job', jobId })
    expect(await bench.gateway.setJobRetries(jobId, 3)).toMatchObject({ kind: 'ok' })
    await until('the engine has closed it', async () => (await open()) === undefined)
    await comesDue(caseNo, { days: 60 })
    await ends(caseNo, 'End_Returned')
  })
})

describe('an answer on file before the timer came', () => {
  it('of a correction leads to the clerk as if the timer had not come', async () => {
    const caseNo = await waitingForCorrection()
    await timerIsFirst(caseNo, async () => {
      await office.upload(caseNo, 'APPLICATION-FORM')
      await office.corrections.submitCorrection(caseNo, { registeredAddress: ADDRESS }, 'key-1')
    })
    const key = await office.claimed(caseNo, 'Task_Accept', 'window1')

    expect(await office.eventsOf(caseNo)).not.toContain('correction-expired')
    await nothingIsLeft(caseNo)
    await office.decisions.accept(key, { outcome: 'accept' })
    await office.has(caseNo, 'accepted')
  })

  it('of tolerated papers leads to the decision', async () => {
    const caseNo = await waitingForSupplement()
    const review = await office.claimed(caseNo, 'Task_Review', 'examiner1')
    await office.decisions.review(review, {
      opinion: 'grant',
      text: '建议准予许可。',
      ruleIds: ['R-CAPITAL'],
    })
    await timerIsFirst(caseNo, async () => {
      await office.upload(caseNo, 'LEASE')
      await office.corrections.supplyTolerated(caseNo, 'key-1')
    })
    await office.claimed(caseNo, 'Task_Decide', 'chief1')

    expect(await office.eventsOf(caseNo)).not.toContain('tolerance-expired')
    await nothingIsLeft(caseNo)
  })
})

async function waitingForCorrection(): Promise<string> {
  const caseNo = await office.file('labour-dispatch', 'correction-then-grant')
  await office.decisions.accept(await office.claimed(caseNo, 'Task_Accept', 'window1'), CORRECTION)
  await timerOf(caseNo)
  return caseNo
}

async function waitingForSupplement(): Promise<string> {
  const caseNo = await office.file('labour-dispatch', 'grant-with-tolerance')
  await office.decisions.accept(await office.claimed(caseNo, 'Task_Accept', 'window1'), TOLERANCE)
  await timerOf(caseNo)
  return caseNo
}

/** The messengers are away while the applicant answers and the deadline passes; then they come back. */
async function timerIsFirst(caseNo: string, answer: () => Promise<void>): Promise<void> {
  await until('the wait is on our side too', async () => {
    const waits: unknown[] = await bench.database
      .db('case_wait')
      .where({ case_id: await caseId(caseNo), kind: 'message' })
    return waits.length === 1
  })
  await office.stopWorkers()
  await answer()
  await comesDue(caseNo, { days: 0 })
  const instance = (await instanceOf(caseNo)) ?? ''
  await until('the timer has fired', async () => {
    const { rows } = await bench.database.ownerDb.raw<{ rows: unknown[] }>(
      `select t.id_ from engine.act_ru_ext_task t
        where t.proc_inst_id_ = ? and t.topic_name_ = 'record-outcome'`,
      [instance],
    )
    return rows.length === 1
  })
  await office.startWorkers()
}

async function comesDue(caseNo: string, { days }: { days: number }): Promise<void> {
  ahead += days * DAY_MS
  const { id } = await timerOf(caseNo)
  const answer = await engine('PUT', `/job/${id}/duedate`, {
    duedate: '2020-01-01T00:00:00.000+0000',
  })
  expect(answer.status).toBe(204)
}

/** The engine's own due date is 06:00 of the day after the deadline that the paper told. */
async function dueIs(caseNo: string, of: 'correction-requested' | 'accepted'): Promise<void> {
  const event = (await listCaseEvents(bench.database.db, await caseId(caseNo))).find(
    ({ type }) => type === of,
  )
  const payload = event?.payload as { deadline?: string; toleranceDeadline?: string }
  const deadline = payload.deadline ?? payload.toleranceDeadline ?? ''
  const due = Date.parse(`${deadline}T06:00:00+08:00`) + DAY_MS
  const { dueDate } = await timerOf(caseNo)
  expect(Date.parse(dueDate.replace(/(\d\d)(\d\d)$/, '$1:$2'))).toBe(due)
}

async function timerOf(caseNo: string): Promise<{ id: string; dueDate: string }> {
  const instance = await until(`${caseNo} has started`, () => instanceOf(caseNo))
  return until(`${caseNo} waits for a deadline`, async () => {
    const answer = await engine('GET', `/job?processInstanceId=${instance}`)
    const [job] = (await answer.json()) as { id: string; dueDate: string }[]
    return job
  })
}

function engine(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${bench.host.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${bench.host.apiToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function ends(caseNo: string, endActivity: string): Promise<void> {
  const end = await until(`${caseNo} has ended`, async () => {
    const [row] = await bench.database
      .db('case_position')
      .where({ case_id: await caseId(caseNo) })
      .pluck<(string | null)[]>('end_activity')
    return row ?? undefined
  })
  expect(end).toBe(endActivity)
}

/** Nobody has a task of the ended case, and no operator an incident. */
async function engineIsDone(caseNo: string): Promise<void> {
  const open: unknown[] = await bench.database
    .db('inbox_task')
    .where({ case_no: caseNo })
    .whereNull('done_at')
  expect(open).toEqual([])
  await nothingIsLeft(caseNo)
}

/** Every command is done, every message met or dropped, nothing stuck. */
async function nothingIsLeft(caseNo: string): Promise<void> {
  const id = await caseId(caseNo)
  const { db } = bench.database
  await until('all commands are done', async () => {
    const open: unknown[] = await db('engine_command').where({ case_id: id }).whereNull('done_at')
    return open.length === 0
  })
  expect(await db('engine_message').where({ case_id: id }).whereNull('matched_wait')).toEqual([])
  expect(await db('incident').where({ case_id: id })).toEqual([])
}

async function paperOf(caseNo: string): Promise<{ kind: string } | undefined> {
  return (await bench.database
    .db('document as d')
    .select('d.kind')
    .where('d.case_id', await caseId(caseNo))
    .orderBy('d.ordered_at', 'desc')
    .first()) as { kind: string } | undefined
}

async function noticesOf(caseNo: string): Promise<string[]> {
  const events = await listCaseEvents(bench.database.db, await caseId(caseNo))
  return events.flatMap((event) => (event.type === 'noticed' ? [event.payload.notice] : []))
}

async function instanceOf(caseNo: string): Promise<string | undefined> {
  const [instance] = await bench.database
    .db('case_position')
    .where({ case_id: await caseId(caseNo) })
    .pluck<string[]>('process_instance_id')
  return instance
}

async function caseId(caseNo: string): Promise<string> {
  return (await getCase(bench.database.db, { caseNo })).id
}
