import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'

import type { Scenario } from '../../../contracts/scenario.ts'
import { publishPackage } from '../../../core/catalogue/publish.ts'
import { readPackageFolder } from '../../../core/catalogue/read-package.ts'
import { seedDistrict } from '../../../core/catalogue/seed-district.ts'
import { createFileStore } from '../../../core/cases/file-store.ts'
import { systemClock, type Clock } from '../../../core/clock/clock.ts'
import { seedCalendar } from '../../../core/clock/seed-calendar.ts'
import { createRenderer } from '../../../core/documents/render-document.ts'
import { DEMO_STAFF } from '../../../core/identity/demo-staff.ts'
import { demoKeys } from '../../../partners/demo-keys.ts'
import { createHttpClient } from '../../../scripts/demo/http-client.ts'
import { signIn } from '../../../scripts/demo/staff.ts'
import { createApp } from '../../../server/app.ts'
import { followChanges } from '../../../server/follow-changes.ts'
import { createLog } from '../../../server/log.ts'
import { createServices, type Settings } from '../../../server/services.ts'
import { createIdentity, type IdentityOptions } from '../../../server/session/identity.ts'
import { createTestDatabase } from '../../support/database.ts'
import { freePort } from '../../support/postgres.setup.ts'

export const PASSWORD = 'yichuang-demo'
export const PROCESSES = join(import.meta.dirname, '../../../processes')
export type Item = 'flex-pension' | 'labour-dispatch' | 'food-licence'
export type House = Awaited<ReturnType<typeof openHouse>>

export interface HouseOptions {
  readonly items?: readonly Item[]
  readonly settings?: Partial<Settings>
  readonly issuer?: IdentityOptions['issuer']
  readonly port?: number
  /** false: nobody listens to case_changed, as while the connection is away */
  readonly listening?: boolean
}

/** The real server on a real port over a database of its own, with the demo district; only the engine is absent. */
export async function openHouse(options: HouseOptions = {}) {
  const database = await createTestDatabase()
  const { db } = database
  const folder = await mkdtemp(join(tmpdir(), 'yichuang-house-'))
  const time = { offsetMs: 0 }
  const clock: Clock = { now: () => new Date(systemClock.now().getTime() + time.offsetMs) }
  const port = options.port ?? (await freePort())
  const publicUrl = `http://127.0.0.1:${port}`
  const sessionKey = randomBytes(32)
  await seedCalendar(db)
  await seedDistrict(db)
  for (const item of options.items ?? ['flex-pension']) await givenPublished(item)

  const fileStore = createFileStore({ root: folder })
  const askedOfEngine: string[] = []
  const asked = (what: string) => {
    askedOfEngine.push(what)
    return { kind: 'ok', value: undefined } as const
  }
  const engine = {
    version: async () => 'none',
    setExternalTaskRetries: async (id: string) => asked(`external task ${id}`),
    setJobRetries: async (id: string) => asked(`job ${id}`),
  }
  const services = createServices({
    db,
    clock,
    fileStore,
    renderer: createRenderer({ fileStore, clock, publicUrl, queryKey: sessionKey }),
    engine,
    settings: {
      publicUrl,
      sessionKey,
      rateLimit: 0,
      streamLimit: 10,
      ems: demoKeys.ems,
      ...options.settings,
    },
  })
  const identity = await createIdentity({
    publicUrl,
    sessionKey,
    clock,
    onError: (error) => {
      throw error
    },
    issuer: options.issuer ?? {
      kind: 'embedded',
      password: PASSWORD,
      accounts: DEMO_STAFF.map(({ login, subject, name }) => ({ login, sub: subject, name })),
    },
  })
  const printed: string[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed.push(chunk.toString())
      done()
    },
  })
  const app = await createApp({
    services,
    identity,
    logger: createLog('trace', sink),
    checks: { database: async () => true, engine: async () => (await engine.version()) !== '' },
  })
  const changes =
    options.listening === false
      ? undefined
      : followChanges({
          databaseUrl: database.url,
          statusCache: services.statusCache,
          clock,
          onLost: () => undefined,
        })
  await changes?.ready
  await app.listen({ host: '127.0.0.1', port })

  /** What the outbox does after the engine took the deployment. */
  async function givenPublished(item: Item): Promise<void> {
    const files = await readPackageFolder(join(PROCESSES, item))
    const { versionId } = await publishPackage({ db, clock }, files, { kind: 'system', id: 'test' })
    await givenDeployed(versionId)
  }

  async function givenDeployed(versionId: string): Promise<void> {
    await db('item_version')
      .where({ id: versionId })
      .update({
        state: 'published',
        engine_definition_id: `definition-${versionId}`,
        published_at: clock.now(),
      })
  }

  const http = createHttpClient({ base: publicUrl })

  async function scenario(item: Item, name: string): Promise<Scenario> {
    const text = await readFile(join(PROCESSES, item, 'scenarios', `${name}.json`), 'utf8')
    return JSON.parse(text) as Scenario
  }

  /** A draft filled in as the scenario tells, papers uploaded. */
  async function givenDraft(item: Item, name: string) {
    const { form, transport, materials } = await scenario(item, name)
    const { draftId, draftToken } = await http.json<{ draftId: string; draftToken: string }>(
      '/api/hall/drafts',
      { method: 'POST', json: { itemCode: item.toUpperCase(), channel: 'online' } },
    )
    const headers = { 'x-draft-token': draftToken }
    await http.json(`/api/hall/drafts/${draftId}`, {
      method: 'PUT',
      headers,
      json: { form, transport },
    })
    for (const { code, files } of materials)
      for (const file of files)
        await upload(`/api/hall/drafts/${draftId}/materials/${code}`, headers, {
          name: file.name,
          content: SAMPLES[file.kind] ?? Buffer.from('?'),
        })
    return { draftId, headers, path: `/api/hall/drafts/${draftId}`, form }
  }

  async function givenFiled(item: Item = 'flex-pension', name = 'instant-online') {
    const draft = await givenDraft(item, name)
    const receipt = await http.json<{
      caseNo: string
      queryCode: string
      receiptDocumentId: string
    }>(`${draft.path}/submit`, {
      method: 'POST',
      headers: { ...draft.headers, 'idempotency-key': `key-${draft.draftId}` },
    })
    const { token } = await http.json<{ token: string }>('/api/hall/case-access', {
      method: 'POST',
      json: { caseNo: receipt.caseNo, queryCode: receipt.queryCode },
    })
    return { ...receipt, form: draft.form, token, bearer: { authorization: `Bearer ${token}` } }
  }

  /** What the projection does when the engine reaches a user task. */
  async function givenTask(caseNo: string, step: string): Promise<string> {
    const taskId = `task-${randomBytes(6).toString('hex')}`
    await db.raw(
      `insert into inbox_task (task_id, case_id, process_instance_id, step, act, unit_code, post_code, item_code,
         case_no, item_name, step_name, applicant_masked, channel, submitted_at, opened_at, search)
       select :taskId, f.id, 'p', :step, s.def ->> 'act',
         case s.def ->> 'unit' when 'deciding' then f.deciding_unit else f.handling_unit end, s.def ->> 'post',
         f.item_code, f.case_no, f.item_code, :step, '张*', f.channel, f.submitted_at, now(), f.case_no
         from case_file f join item_version v on v.id = f.item_version_id
         cross join lateral (select v.package -> 'steps' -> :step::text as def) s
        where f.case_no = :caseNo`,
      { taskId, caseNo, step },
    )
    return taskId
  }

  /** As a browser sends a file; `fetch` because undici's request has no FormData of its own. */
  async function upload(
    path: string,
    headers: Record<string, string>,
    file: { name: string; content: Buffer },
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const form = new FormData()
    form.set('file', new File([new Uint8Array(file.content)], file.name))
    const answer = await fetch(`${publicUrl}${path}`, { method: 'POST', headers, body: form })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  return {
    app,
    services,
    db,
    ownerDb: database.ownerDb,
    publicUrl,
    http,
    time,
    clock,
    folder,
    askedOfEngine: askedOfEngine as readonly string[],
    log: () => printed.join(''),
    storedFiles: async () =>
      (await readdir(folder, { recursive: true, withFileTypes: true })).filter((e) => e.isFile())
        .length,
    signIn: (login: string) => signIn({ base: publicUrl, login, password: PASSWORD }),
    scenario,
    givenDeployed,
    givenDraft,
    givenFiled,
    givenTask,
    upload,
    async close(): Promise<void> {
      await app.close()
      await changes?.close()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The first bytes decide the type (core/cases/sniff-type.ts). */
export const SAMPLES: Readonly<Record<string, Buffer>> = {
  pdf: Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'),
  png: Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(64)]),
  jpg: Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(64)]),
}

export function bodyOf<T = Record<string, unknown>>(answer: { text: string }): T {
  return JSON.parse(answer.text) as T
}
