/**
 * What must hold after every fault (scoreboard.md, Reliability): I1 no accepted case lost, I2 every effect exactly once,
 * I3 no case in two states and no orphan token, I4 read model = engine, I5 every file verifies. Each check gives the
 * sentences it found wrong, so that one run shows all of them.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { genesisHash, rowHash } from '../../core/cases/case-hash.ts'
import { createCalendarSource } from '../../core/clock/calendar.ts'
import { systemClock } from '../../core/clock/clock.ts'
import { hashProjection, rebuildProjection } from '../../core/inbox/project-engine-events.ts'
import type { CaseKind, FiledCase } from './load.ts'
import type { System } from './system.ts'

/** Of each type exactly so many stand in a finished file; types not named may come as often as they like. */
const FILE_OF: Readonly<Record<CaseKind, Readonly<Record<string, number>>>> = {
  instant: {
    submitted: 1,
    received: 1,
    'materials-checked': 1,
    accepted: 1,
    decided: 1,
    closed: 1,
    'document-issued': 1,
    dispatched: 0,
    delivered: 1,
  },
  couriered: {
    submitted: 1,
    received: 1,
    'materials-checked': 1,
    accepted: 1,
    reviewed: 1,
    decided: 1,
    closed: 1,
    'document-issued': 3,
    dispatched: 2,
    delivered: 1,
  },
  parked: {
    submitted: 1,
    received: 1,
    'materials-checked': 1,
    accepted: 0,
    decided: 0,
    dispatched: 1,
    delivered: 0,
  },
}
const EVENT_OF_ACT: Readonly<Record<string, string>> = {
  accept: 'accepted',
  review: 'reviewed',
  decide: 'decided',
}

/** Waits until nothing is on its way. @throws naming what still is after `patienceMs` */
export async function quiesce(
  system: System,
  cases: readonly FiledCase[],
  patienceMs = 420_000,
): Promise<void> {
  const until = performance.now() + patienceMs
  const finishing = cases.filter(({ kind }) => kind !== 'parked')
  const numbers = finishing.map(({ receipt }) => receipt.caseNo)
  for (;;) {
    const open = {
      ...(await openWork(system.database.db, numbers)),
      // The courier may still be waiting to push again what the house could not take.
      pushes: await openPushes(system.partnersUrl),
    }
    if (Object.values(open).every((n) => n === 0)) return
    if (performance.now() > until) {
      throw new Error(`not quiet after ${patienceMs / 1000} s: ${JSON.stringify(open)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function openPushes(partnersUrl: string): Promise<number> {
  const answer = await fetch(`${partnersUrl}/admin/ems/orders`)
  const { unpushed, pendingPushes } = (await answer.json()) as {
    unpushed: number
    pendingPushes: number
  }
  return unpushed + pendingPushes
}

async function openWork(
  db: Knex,
  numbers: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await db.raw<{ rows: Record<string, number>[] }>(
    `select
       (select count(*) from engine_command where done_at is null)::int as commands,
       (select count(*) from effect where settled_at is null)::int as effects,
       (select count(*) from engine.act_ru_ext_task)::int as tasks,
       (select count(*) from engine.engine_event e, projection_cursor c
         where c.name = 'engine' and (e.xid, e.id) > (c.xid, c.id))::int as unprojected,
       (select count(*) from case_file f where f.case_no = any(?)
         and not exists (select 1 from case_position p where p.case_id = f.id and p.ended_at is not null))::int
         as unfinished`,
    [[...numbers]],
  )
  return rows[0] ?? { nothing: 1 }
}

/** @returns every violation found, with the case it was found in; empty when all invariants hold */
export async function checkInvariants(
  system: System,
  cases: readonly FiledCase[],
): Promise<string[]> {
  const { db } = system.database
  const found = await Promise.all([
    noCaseLost(db, cases),
    papersAreThere(system),
    effectsOnce(system),
    oneStateEach(db),
    oneOfEach(db, cases),
    chainsVerify(db),
  ])
  // Last: it rewrites the projection that the others read.
  return [...found.flat(), ...(await readModelIsEngine(system))]
}

/** I1. A receipt is a promise: its case, its file, its one instance in the engine. So is every "yes" to a clerk. */
async function noCaseLost(db: Knex, cases: readonly FiledCase[]): Promise<string[]> {
  const { rows } = await db.raw<{
    rows: { caseNo: string; types: string[]; started: number; running: number; ended: boolean }[]
  }>(
    `select f.case_no as "caseNo",
       array(select e.type from case_event e where e.case_id = f.id order by e.seq) as types,
       (select count(*) from engine.engine_start s where s.business_key = f.case_no)::int as started,
       (select count(*) from engine.act_ru_execution x
         where x.business_key_ = f.case_no and x.parent_id_ is null)::int as running,
       coalesce((select p.ended_at is not null from case_position p where p.case_id = f.id), false) as ended
       from case_file f`,
  )
  const known = new Map(rows.map((row) => [row.caseNo, row]))
  const wrong: string[] = []
  for (const { receipt, acts } of cases) {
    const row = known.get(receipt.caseNo)
    if (row === undefined) {
      wrong.push(`I1 ${receipt.caseNo}: a receipt without a case`)
      continue
    }
    if (row.types[0] !== 'submitted') wrong.push(`I1 ${row.caseNo}: no file`)
    if (row.started !== 1) wrong.push(`I1 ${row.caseNo}: started ${row.started} times`)
    if (row.running + (row.ended ? 1 : 0) !== 1)
      wrong.push(`I1 ${row.caseNo}: ${row.running} instances run, ended: ${row.ended}`)
    for (const act of acts) {
      const type = EVENT_OF_ACT[act] ?? act
      if (!row.types.includes(type)) wrong.push(`I1 ${row.caseNo}: acked ${act} is not in the file`)
    }
  }
  return wrong
}

interface PartnerBooks {
  readonly orders: { logisticsOrderNo: string; waybillNo: string; parcels: number }[]
  readonly sms: { outId: string }[]
  readonly mails: { messageId: string; recipients: string[] }[]
}

/** The partners' own ledgers: what really left the house. */
export async function readPartners(url: string): Promise<PartnerBooks> {
  const get = async <T>(path: string) => (await (await fetch(`${url}/admin/${path}`)).json()) as T
  const { orders } = await get<{ orders: PartnerBooks['orders'] }>('ems/orders')
  const { messages: sms } = await get<{ messages: PartnerBooks['sms'] }>('sms/messages')
  const { messages: mails } = await get<{ messages: PartnerBooks['mails'] }>('mail/messages')
  return { orders, sms, mails }
}

/** I2. What the partners hold is what our ledger says, one for one. */
async function effectsOnce({ database, partnersUrl }: System): Promise<string[]> {
  const { orders, sms, mails } = await readPartners(partnersUrl)
  const { rows } = await database.db.raw<{
    rows: { kind: string; key: string; state: string; orderNo: string | null; caseNo: string }[]
  }>(
    `select e.kind, e.key, e.state, e.request ->> 'logisticsOrderNo' as "orderNo", f.case_no as "caseNo"
       from effect e join case_file f on f.id = e.case_id`,
  )
  const done = (kind: string) => rows.filter((row) => row.kind === kind && row.state === 'done')
  const { rows: parcels } = await database.db.raw<{ rows: { n: number; of: string }[] }>(
    `select count(*)::int as n, f.case_no || ' ' || p.direction as "of"
       from parcel p join case_file f on f.id = p.case_id group by 2 having count(*) > 1`,
  )
  return [
    ...rows
      .filter(({ state }) => state !== 'done')
      .map(({ kind, state, caseNo }) => `I2 ${caseNo}: effect ${kind} is ${state}`),
    ...differences(
      'I2 EMS orders',
      done('ems.create').map(({ orderNo }) => orderNo ?? ''),
      orders.map(({ logisticsOrderNo }) => logisticsOrderNo),
    ),
    ...orders
      .filter((order) => order.parcels !== 1)
      .map((order) => `I2 ${order.logisticsOrderNo}: ${order.parcels} parcels`),
    ...parcels.map(({ n, of }) => `I2 ${of}: ${n} parcels in our book`),
    ...differences(
      'I2 SMS',
      done('sms.send').map(({ key }) => key),
      sms.map(({ outId }) => outId),
    ),
    ...(done('mail.send').length === mails.length
      ? []
      : [`I2 mails: ${done('mail.send').length} in our ledger, ${mails.length} in the boxes`]),
    ...repeats(mails.map(({ messageId }) => messageId)).map((id) => `I2 mail ${id} came twice`),
  ]
}

/** I1. Every paper the file points to lies in the store. */
async function papersAreThere({ database, files }: System): Promise<string[]> {
  const { rows } = await database.db.raw<{ rows: { key: string }[] }>(
    `select storage_key as key from material_file
      union all select storage_key from document where storage_key is not null`,
  )
  return rows
    .filter(({ key }) => !existsSync(join(files, key)))
    .map(({ key }) => `I1 the paper ${key} is not in the store`)
}

/** I3. What runs in the engine is what our book says runs; every open task, wait and instance has its counterpart. */
async function oneStateEach(db: Knex): Promise<string[]> {
  const column = async (sql: string) =>
    (await db.raw<{ rows: { v: string }[] }>(sql)).rows.map(({ v }) => v)
  const pairs: readonly (readonly [what: string, ours: string, engines: string])[] = [
    [
      'instances',
      'select process_instance_id as v from case_position where ended_at is null',
      `select id_ as v from engine.act_ru_execution where parent_id_ is null and super_exec_ is null`,
    ],
    [
      'tasks',
      'select task_id as v from inbox_task where done_at is null',
      'select id_ as v from engine.act_ru_task',
    ],
    [
      'waits for messages',
      `select activity_instance_id as v from case_wait where kind = 'message'`,
      `select x.act_inst_id_ as v from engine.act_ru_event_subscr s
         join engine.act_ru_execution x on x.id_ = s.execution_id_ where s.event_type_ = 'message'`,
    ],
    [
      'incidents',
      'select id as v from incident where resolved_at is null',
      'select id_ as v from engine.act_ru_incident',
    ],
  ]
  const wrong: string[] = []
  for (const [what, ours, engines] of pairs)
    wrong.push(...differences(`I3 ${what}`, await column(ours), await column(engines)))
  const stuck = await column('select incident_msg_ as v from engine.act_ru_incident')
  return [...wrong, ...stuck.map((message) => `I3 incident: ${message}`)]
}

/** I3. Each fact stands in the file as often as it happened: once. */
async function oneOfEach(db: Knex, cases: readonly FiledCase[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { caseNo: string; type: string; n: number }[] }>(
    `select f.case_no as "caseNo", e.type, count(*)::int as n
       from case_event e join case_file f on f.id = e.case_id group by 1, 2`,
  )
  const counts = new Map(rows.map(({ caseNo, type, n }) => [`${caseNo} ${type}`, n]))
  return cases.flatMap(({ kind, receipt: { caseNo } }) =>
    Object.entries(FILE_OF[kind]).flatMap(([type, wanted]) => {
      const n = counts.get(`${caseNo} ${type}`) ?? 0
      return n === wanted ? [] : [`I3 ${caseNo} (${kind}): ${n} × ${type} instead of ${wanted}`]
    }),
  )
}

/** I4. The projection made anew from the engine's first event is the projection that grew during the faults. */
async function readModelIsEngine({ database }: System): Promise<string[]> {
  const { appDb } = database
  const grown = await hashProjection(appDb)
  const calendar = createCalendarSource(appDb)
  await rebuildProjection(appDb, systemClock, { limit: 500, calendar })
  const rebuilt = await hashProjection(appDb)
  return grown === rebuilt ? [] : [`I4 projection ${grown} is ${rebuilt} when made anew`]
}

/** I5. Every row of every file follows from the one before. */
async function chainsVerify(db: Knex): Promise<string[]> {
  const { rows } = await db.raw<{
    rows: {
      caseNo: string
      seq: number
      type: string
      at: Date
      actor: unknown
      payload: unknown
      prevHash: string
      hash: string
    }[]
  }>(
    `select f.case_no as "caseNo", e.seq, e.type, e.at, e.actor, e.payload, e.prev_hash as "prevHash", e.hash
       from case_event e join case_file f on f.id = e.case_id order by f.id, e.seq`,
  )
  const wrong: string[] = []
  let before = { caseNo: '', seq: 0, hash: '' }
  for (const row of rows) {
    const first = row.caseNo !== before.caseNo
    const prev = first ? genesisHash(row.caseNo) : before.hash
    const seq = first ? 1 : before.seq + 1
    if (row.seq !== seq || row.prevHash !== prev || row.hash !== rowHash(prev, row))
      wrong.push(`I5 ${row.caseNo}: row ${row.seq} does not follow`)
    before = row
  }
  return wrong
}

function differences(what: string, ours: readonly string[], theirs: readonly string[]): string[] {
  const a = new Set(ours)
  const b = new Set(theirs)
  return [
    ...[...a].filter((v) => !b.has(v)).map((v) => `${what}: ${v} only with us`),
    ...[...b].filter((v) => !a.has(v)).map((v) => `${what}: ${v} only with them`),
    ...repeats(theirs).map((v) => `${what}: ${v} twice with them`),
    ...repeats(ours).map((v) => `${what}: ${v} twice with us`),
  ]
}

function repeats(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index)
}
