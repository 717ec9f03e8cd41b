/** An office with a hall, an organ and clerks, cases on file and an engine whose events the test writes itself. */
import { createHash, randomUUID } from 'node:crypto'

import type { Knex } from 'knex'

import type { EngineEvent } from '../../../contracts/engine-events.ts'
import type { Transport } from '../../../contracts/filing.ts'
import { appendCaseEvent, listCaseEvents } from '../../../core/cases/case-events.ts'
import { receive } from '../../../core/cases/receive.ts'
import { createCalendarSource } from '../../../core/clock/calendar.ts'
import { seedCalendar } from '../../../core/clock/seed-calendar.ts'
import { createPool } from '../../../core/database/pool.ts'
import { createDecisions } from '../../../core/decisions/decisions.ts'
import { createClaims } from '../../../core/inbox/claims.ts'
import { projectEngineEvents } from '../../../core/inbox/project-engine-events.ts'
import { createTestDatabase } from '../../support/database.ts'
import { SAMPLE, SAMPLE_FORM_SCHEMA, SAMPLE_STEPS, STEPS, type StepId } from './sample-item.ts'

export const PEOPLE = {
  window1: ['TH-HALL', 'POST-ACCEPTANCE'],
  window2: ['TH-HALL', 'POST-ACCEPTANCE'],
  issuer1: ['TH-HALL', 'POST-ISSUER'],
  operator1: ['TH-HALL', 'POST-OPERATOR'],
  examiner1: ['TH-HRSS', 'POST-EXAMINER'],
  inspector1: ['TH-HRSS', 'POST-INSPECTOR'],
  inspector2: ['TH-HRSS', 'POST-INSPECTOR'],
  chief1: ['TH-HRSS', 'POST-CHIEF'],
} as const
export type Login = keyof typeof PEOPLE

/** The same login is the same person in every test database. */
export function personId(login: Login): string {
  const hex = createHash('sha256').update(login).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export const FORM = {
  name: '张小三',
  idNo: '440106199003071231',
  phone: '13800138000',
  area: 20,
  capital: 200,
}

export interface Filing {
  readonly form?: Partial<typeof FORM>
  readonly materials?: readonly string[]
  readonly transport?: Partial<Transport>
  readonly receivedAt?: string
}

export interface FiledCase {
  readonly caseNo: string
  readonly caseId: string
  readonly pi: string
  readonly files: Readonly<Record<string, string>>
}

/** A Monday morning without holidays around it. */
export const MONDAY = '2026-03-16T10:00:00+08:00'

export async function openOffice() {
  const database = await createTestDatabase()
  const { db, ownerDb } = database
  const engine = createPool({ url: database.engineUrl, max: 2, applicationName: 'test engine' })
  let now = new Date(MONDAY)
  const clock = { now: () => now }
  const calendar = createCalendarSource(db)
  await seedOffice(ownerDb)
  const decisions = createDecisions({ db, clock, calendar })
  const claims = createClaims({ db, clock })
  let numbers = 0

  async function fileCase(filing: Filing = {}): Promise<FiledCase> {
    numbers += 1
    const caseNo = `TH260316-${String(numbers).padStart(4, '0')}`
    const at = new Date(filing.receivedAt ?? MONDAY)
    const transport: Transport = { inbound: 'upload', delivery: 'window', ...filing.transport }
    const form = JSON.stringify({ ...FORM, ...filing.form })
    const [draft]: { id: string }[] = await ownerDb('case_draft')
      .insert({
        item_version_id: 1,
        channel: 'online',
        token_hash: 'x',
        created_at: at,
        updated_at: at,
      })
      .returning('id')
    const [row]: { id: string }[] = await ownerDb('case_file')
      .insert({
        case_no: caseNo,
        unified_no: `U${caseNo}`,
        draft_id: draft?.id,
        item_version_id: 1,
        item_code: SAMPLE.code,
        deciding_unit: 'TH-HRSS',
        handling_unit: 'TH-HALL',
        channel: 'online',
        submitted_at: at,
      })
      .returning('id')
    const caseId = String(row?.id)
    await ownerDb('case_form').insert({
      case_id: caseId,
      snapshot: 1,
      form,
      transport: JSON.stringify(transport),
      at,
    })
    const files: Record<string, string> = {}
    for (const code of filing.materials ?? ['M-PLAN', 'M-LEASE'])
      files[code] = await addFile(caseId, code, at)
    const actor = { kind: 'applicant', id: 'applicant' } as const
    const days = await calendar.get()
    await db.transaction(async (trx) => {
      const of = { id: caseId, caseNo }
      await appendCaseEvent(trx, of, {
        type: 'submitted',
        at,
        actor,
        payload: {
          snapshot: 1,
          channel: 'online',
          inbound: transport.inbound,
          delivery: transport.delivery,
          materials: Object.entries(files).map(([code, id]) => ({ material: code, files: [id] })),
        },
      })
      await receive(trx, of, { by: transport.inbound, at, actor, calendar: days })
    })
    const filed = { caseNo, caseId, pi: randomUUID(), files }
    await emit(filed, {
      k: 'instance.start',
      bk: caseNo,
      pd: 'd:1',
      pi: filed.pi,
      at: at.getTime(),
    })
    return filed
  }

  async function addFile(caseId: string, code: string, at: Date): Promise<string> {
    const id = randomUUID()
    await ownerDb('material_file').insert({
      id,
      case_id: caseId,
      material_code: code,
      file_name: `${code}.pdf`,
      media_type: 'application/pdf',
      size_bytes: 10,
      sha256: 'x',
      storage_key: id,
      uploaded_at: at,
      filed: true,
    })
    return id
  }

  /** One row of the outbox = one transaction of the engine. */
  async function emit(of: Pick<FiledCase, 'pi'>, ...events: EngineEvent[]): Promise<void> {
    await engine('engine.engine_event').insert({
      process_instance_id: of.pi,
      events: JSON.stringify(events),
    })
  }

  async function taskOpens(of: FiledCase, step: StepId): Promise<string> {
    const task = randomUUID()
    const at = now.getTime()
    await emit(
      of,
      { k: 'wait.start', pi: of.pi, act: step, type: 'userTask', ai: `ai-${task}`, at },
      { k: 'task.create', pi: of.pi, task, act: step, name: step, at },
    )
    await projectAll()
    return task
  }

  /** The engine obeys the complete command of the outbox. */
  async function taskEnds(of: FiledCase, task: string, step: StepId): Promise<void> {
    const at = now.getTime() + 5
    await emit(
      of,
      { k: 'task.complete', pi: of.pi, task, act: step, at },
      { k: 'wait.end', pi: of.pi, act: step, type: 'userTask', ai: `ai-${task}`, at },
    )
    await projectAll()
  }

  /** Another test's transaction in the same cluster may hold the horizon back for a moment. */
  async function projectAll(limit = 500): Promise<number> {
    let total = 0
    for (;;) {
      total += await projectEngineEvents(db, clock, { limit, calendar })
      const { rows } = await ownerDb.raw<{ rows: { left: number }[] }>(
        `select count(*)::integer as left from engine.engine_event as e, projection_cursor as c
          where (e.xid, e.id) > (c.xid, c.id)`,
      )
      if (rows[0]?.left === 0) return total
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  async function claimed(of: FiledCase, step: StepId, login: Login) {
    const key = { personId: personId(login), taskId: await taskOpens(of, step) }
    await claims.claim(key)
    return key
  }

  return {
    database,
    db,
    ownerDb,
    clock,
    calendar,
    decisions,
    claims,
    fileCase,
    addFile,
    emit,
    taskOpens,
    taskEnds,
    projectAll,
    claimed,
    setTime: (at: string) => void (now = new Date(at)),
    eventsOf: (of: FiledCase) => listCaseEvents(db, of.caseId),
    commandsOf: async (of: FiledCase) =>
      (await db('engine_command as c')
        .select('c.kind', 'c.payload')
        .where('c.case_id', of.caseId)
        .orderBy('c.id')) as { kind: string; payload: { variables?: unknown } }[],
    close: async () => {
      await engine.destroy()
      await database.close()
    },
  }
}
export type Office = Awaited<ReturnType<typeof openOffice>>

async function seedOffice(db: Knex): Promise<void> {
  await seedCalendar(db)
  await db('unit').insert([
    { code: 'TH-HRSS', name: '天河区人社局', name_en: 'HRSS', level: '4' },
    { code: 'TH-HALL', name: '天河区政务服务中心', name_en: 'Hall', level: '4' },
  ])
  const posts = [...new Set(Object.values(PEOPLE).map(([, post]) => post))]
  await db('post').insert(posts.map((code) => ({ code, name: code, name_en: code })))
  for (const login of Object.keys(PEOPLE) as Login[]) {
    const [unit, post] = PEOPLE[login]
    const id = personId(login)
    await db('person').insert({ id, subject: login, staff_no: login.toUpperCase(), name: login })
    await db('person_post').insert({
      person_id: id,
      unit_code: unit,
      post_code: post,
      valid_from: '2020-01-01',
    })
  }
  await db('item').insert({ code: SAMPLE.code, name: '样例许可', name_en: 'Sample permit' })
  await db('item_version').insert({
    item_code: SAMPLE.code,
    version: 1,
    sha256: 'x'.repeat(64),
    package: JSON.stringify(SAMPLE),
    form: JSON.stringify({ schemaVersion: 19, type: 'default', components: [] }),
    form_schema: JSON.stringify(SAMPLE_FORM_SCHEMA),
    flow: '<definitions/>',
    steps: JSON.stringify(SAMPLE_STEPS),
    state: 'published',
    engine_definition_id: 'd:1',
    created_by: 'test',
    created_at: new Date(MONDAY),
    published_at: new Date(MONDAY),
  })
  for (const [step, { post, unit }] of Object.entries(STEPS))
    await db('step_right').insert({
      item_code: SAMPLE.code,
      unit_code: unit === 'handling' ? 'TH-HALL' : 'TH-HRSS',
      step,
      post_code: post,
    })
  await db('remedy').insert({
    unit_code: 'TH-HRSS',
    reconsideration_organ: '天河区人民政府',
    court: '广州铁路运输法院',
    valid_from: '2024-01-01',
  })
}
