import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import type { Scenario } from '../../contracts/scenario.ts'
import { publishPackage } from '../../core/catalogue/publish.ts'
import { readPackageFolder } from '../../core/catalogue/read-package.ts'
import { seedDistrict } from '../../core/catalogue/seed-district.ts'
import { listCaseEvents, getCase } from '../../core/cases/case-events.ts'
import { createCorrections } from '../../core/cases/corrections.ts'
import { createDrafts } from '../../core/cases/drafts.ts'
import { createFileStore } from '../../core/cases/file-store.ts'
import { createSubmit } from '../../core/cases/submit.ts'
import { createUploads } from '../../core/cases/uploads.ts'
import { createWithdraw } from '../../core/cases/withdraw.ts'
import { createCalendarSource } from '../../core/clock/calendar.ts'
import { systemClock, type Clock } from '../../core/clock/clock.ts'
import { seedCalendar } from '../../core/clock/seed-calendar.ts'
import { createDecisions } from '../../core/decisions/decisions.ts'
import { createRenderer } from '../../core/documents/render-document.ts'
import { createClaims } from '../../core/inbox/claims.ts'
import { createIncidents } from '../../core/incidents/incidents.ts'
import { createEngineGateway } from '../../engine/gateway/gateway.ts'
import { demoKeys } from '../../partners/demo-keys.ts'
import { createEmsGateway } from '../../partners/ems/gateway.ts'
import { createMailGateway } from '../../partners/mail/gateway.ts'
import { startSimulators } from '../../partners/simulators.ts'
import { createSmsGateway } from '../../partners/sms/gateway.ts'
import { createWorkers, type Workers } from '../../workers/create-workers.ts'
import { ownWorkerId } from '../../workers/worker-identity.ts'
import type { EngineBench } from './engine-fixture.ts'
import { until } from './until.ts'

const PROCESSES = join(import.meta.dirname, '../../processes')
const queryKey = Buffer.alloc(32, 7)

/** The first bytes decide the type (core/cases/sniff-type.ts); the rest is anybody's. */
const CONTENT: Readonly<Record<string, Buffer>> = {
  pdf: Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'),
  png: Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(64)]),
  jpg: Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(64)]),
}

export type Office = Awaited<ReturnType<typeof openOffice>>

export interface WorkerPlace {
  /** where this worker believes the engine and the partners to be (a proxy, say) */
  readonly engineUrl?: string
  readonly emsUrl?: string
  readonly smsUrl?: string
}

/** The whole house but its counters, in this process: real engine, real database, partners with their real protocols. */
export async function openOffice(bench: EngineBench, clock: Clock = systemClock) {
  const { db, url: databaseUrl } = bench.database
  const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })
  const folder = await mkdtemp(join(tmpdir(), 'yichuang-office-'))
  const fileStore = createFileStore({ root: folder })
  const calendar = createCalendarSource(db)
  const simulators = await startSimulators({ clock, httpPort: 0, smtpPort: 0 })
  const closers: (() => Promise<unknown>)[] = []
  const drafts = createDrafts({ db, clock })
  const uploads = createUploads({ db, clock, fileStore })
  const { submit } = createSubmit({ db, clock, calendar, queryKey })
  const { withdraw } = createWithdraw({ db, clock })
  const decisions = createDecisions({ db, clock, calendar })
  const corrections = createCorrections({ db, clock, calendar })
  const claims = createClaims({ db, clock })
  const incidents = createIncidents({ db, clock, queryKey })
  await seedCalendar(bench.database.db)
  await seedDistrict(bench.database.db)

  async function startWorkers(place: WorkerPlace = {}): Promise<Workers> {
    const gateway = createEngineGateway({
      baseUrl: place.engineUrl ?? bench.host.url,
      token: bench.host.apiToken,
    })
    const partners = {
      courier: createEmsGateway({
        ...demoKeys.ems,
        baseUrl: place.emsUrl ?? simulators.emsUrl,
        clock,
      }),
      sms: createSmsGateway({
        accessKeyId: demoKeys.sms.accessKeyId,
        accessKeySecret: demoKeys.sms.accessKeySecret,
        baseUrl: place.smsUrl ?? simulators.smsUrl,
        clock,
        settleMs: 1_000,
      }),
      mail: createMailGateway({
        host: simulators.smtpHost,
        port: simulators.smtpPort,
        ...demoKeys.mail,
        clock,
      }),
      smsSignName: demoKeys.sms.signName,
      publicUrl: 'https://yichuang.example',
    }
    const workers = createWorkers({
      db,
      databaseUrl,
      clock,
      log,
      workerId: ownWorkerId(),
      engine: {
        url: place.engineUrl ?? bench.host.url,
        workerToken: bench.host.workerToken,
        gateway,
      },
      partners,
      hall: {
        name: '天河区政务服务中心',
        mobile: '020-38622000',
        prov: '广东省',
        city: '广州市',
        county: '天河区',
        address: '软件路13号',
      },
      renderer: createRenderer({
        fileStore,
        clock,
        publicUrl: 'https://yichuang.example',
        queryKey,
      }),
      fileStore,
      tuning: { asyncResponseTimeoutMs: 500, sweepMs: 500 },
    })
    await workers.start()
    closers.push(async () => {
      await workers.stop()
      await Promise.all([
        gateway.close(),
        partners.courier.close(),
        partners.sms.close(),
        partners.mail.close(),
      ])
    })
    return workers
  }

  /** Every messenger goes home: nothing is told to the engine and nothing is done for it. */
  async function stopWorkers(): Promise<void> {
    await Promise.all(closers.splice(0).map((close) => close()))
  }

  /** Needs a running worker: the engine takes the version through the outbox. */
  async function publish(item: string): Promise<void> {
    const files = await readPackageFolder(join(PROCESSES, item))
    const { versionId } = await publishPackage({ db, clock }, files, { kind: 'system', id: 'test' })
    await until(`${item} is published`, async () => {
      const row = (await db('item_version as v')
        .select('v.state', 'v.refusal')
        .where('v.id', versionId)
        .first()) as { state: string; refusal: string | null }
      if (row.state === 'refused') throw new Error(row.refusal ?? 'refused')
      return row.state === 'published'
    })
  }

  /** Files an application as the scenario tells; the form and the papers are its own. */
  async function file(item: string, scenarioName: string): Promise<string> {
    const path = join(PROCESSES, item, 'scenarios', `${scenarioName}.json`)
    const scenario = JSON.parse(await readFile(path, 'utf8')) as Scenario
    const { draftId, draftToken } = await drafts.start({
      itemCode: item.toUpperCase(),
      channel: 'online',
    })
    const access = { token: draftToken }
    await drafts.save(draftId, access, { form: scenario.form, transport: scenario.transport })
    for (const { code, files } of scenario.materials) {
      for (const { name, kind } of files) {
        const content = Readable.from([CONTENT[kind] ?? Buffer.from('?')])
        await uploads.toDraft(draftId, access, { materialCode: code, fileName: name, content })
      }
    }
    return (await submit(draftId, access, `key-${draftId}`)).caseNo
  }

  /** Waits until the case has this task open, and gives it to the member of the demo staff. */
  async function claimed(caseNo: string, step: string, login: string) {
    const taskId = await until(`${caseNo} ${step}`, async () => {
      const [id] = await db('inbox_task as t')
        .where({ 't.case_no': caseNo, 't.step': step })
        .whereNull('t.done_at')
        .pluck<string[]>('t.task_id')
      return id
    })
    const [personId = ''] = await db('person as p')
      .where('p.subject', `demo|${login}`)
      .pluck<string[]>('p.id')
    await claims.claim({ personId, taskId })
    return { personId, taskId }
  }

  /** The applicant uploads a paper that a notice asks for. */
  async function upload(caseNo: string, materialCode: string): Promise<void> {
    const content = Readable.from([CONTENT['pdf'] ?? Buffer.from('?')])
    await uploads.toCase(caseNo, { materialCode, fileName: `${materialCode}.pdf`, content })
  }

  async function eventsOf(caseNo: string): Promise<string[]> {
    const row = await getCase(db, { caseNo })
    return (await listCaseEvents(db, row.id)).map((event) => event.type)
  }

  return {
    simulators,
    calendar,
    startWorkers,
    publish,
    file,
    withdraw,
    decisions,
    corrections,
    incidents,
    claimed,
    upload,
    eventsOf,
    has: (caseNo: string, type: string) =>
      until(`${caseNo} ${type}`, async () => (await eventsOf(caseNo)).includes(type)),
    stopWorkers,
    async close(): Promise<void> {
      await stopWorkers()
      await simulators.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
