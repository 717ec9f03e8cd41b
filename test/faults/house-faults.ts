/** Rows 2, 3, 4 and 15 of the scoreboard: server, engine and PostgreSQL killed under load; pushes in any order. */
import { setTimeout as sleep } from 'node:timers/promises'
import { demoKeys } from '../../partners/demo-keys.ts'
import { sealEnvelope } from '../../partners/ems/envelope.ts'
import type { Exchange } from '../support/fault-proxy.ts'
import type { System } from '../support/system.ts'
import type { Seeded } from './seeded.ts'

/** Where kill -9 finds the server: the client never reads an answer of that request. */
export const SERVER_POINTS = [
  'request arrived',
  'in the midst of it',
  'done, answer unread',
] as const
export type ServerPoint = (typeof SERVER_POINTS)[number]

const isAct = ({ method, path }: Exchange) =>
  method === 'POST' &&
  (/\/drafts\/[^/]+\/submit$/.test(path) || /\/tasks\/[^/]+\/(accept|review|decide)$/.test(path))

/** The longest a submit takes on a busy machine; a kill within it hits any statement of its transaction. */
const MIDST_MS = 120

/** Row 2. Load must be running; its clients repeat with the same keys. @returns how often each point was hit */
export async function killServer(
  system: System,
  seeded: Seeded,
  times: number,
): Promise<Record<ServerPoint, number>> {
  const hits = { 'request arrived': 0, 'in the midst of it': 0, 'done, answer unread': 0 }
  for (let n = 0; n < times; n += 1) {
    const point = SERVER_POINTS[(seeded.seed + n) % SERVER_POINTS.length] ?? SERVER_POINTS[0]
    await killServerAt(system, point, seeded.below(MIDST_MS))
    hits[point] += 1
    await system.restartServer()
  }
  return hits
}

async function killServerAt(
  { citizenLine, server }: System,
  point: ServerPoint,
  delayMs: number,
): Promise<void> {
  const victim = server()
  await new Promise<void>((resolve) => {
    const kill = async () => {
      citizenLine.onRequest = citizenLine.onAnswer = () => 'pass'
      await victim.signal('SIGKILL')
      resolve()
    }
    if (point === 'done, answer unread') {
      citizenLine.onAnswer = (exchange, { status }) =>
        isAct(exchange) && status < 300 ? { cut: 'after', then: kill } : 'pass'
      return
    }
    citizenLine.onRequest = (exchange) => {
      if (!isAct(exchange)) return 'pass'
      if (point === 'request arrived') return { cut: 'before', then: kill }
      citizenLine.onRequest = () => 'pass'
      setTimeout(() => void kill(), delayMs)
      return 'pass'
    }
  })
}

/** Row 3. @returns kills and the longest time until the engine answered again, ms */
export async function killEngine(
  system: System,
  seeded: Seeded,
  times: number,
): Promise<{ kills: number; slowestMs: number }> {
  let slowestMs = 0
  for (let n = 0; n < times; n += 1) {
    await sleep(500 + seeded.below(2_500))
    const began = performance.now()
    await system.restartEngine()
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - began))
  }
  return { kills: times, slowestMs }
}

/**
 * Row 4. Two of three times the postmaster (everything goes, started again at once), else one backend of ours (PostgreSQL
 * then restarts itself). @returns kills by victim, and the longest time until the server was ready again after it
 */
export async function killPostgres(
  system: System,
  seeded: Seeded,
  times: number,
): Promise<{ postmaster: number; backend: number; slowestMs: number }> {
  const kills = { postmaster: 0, backend: 0 }
  let slowestMs = 0
  for (let n = 0; n < times; n += 1) {
    await sleep(500 + seeded.below(2_500))
    const victim = (seeded.seed + n) % 3 === 2 ? 'backend' : 'postmaster'
    if (victim === 'postmaster') await system.database.restart()
    else await killBackend(system, seeded)
    kills[victim] += 1
    const began = performance.now()
    await ready(system)
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - began))
  }
  return { ...kills, slowestMs }
}

async function killBackend({ database }: System, seeded: Seeded): Promise<void> {
  const { rows } = await database.db.raw<{ rows: { pid: number }[] }>(
    `select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()
        and (usename = 'yichuang_engine' or application_name in ('server', 'workers')) order by pid`,
  )
  process.kill(seeded.pick(rows).pid, 'SIGKILL')
}

async function ready({ serverUrl }: System): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(`${serverUrl}/readyz`, { signal: AbortSignal.timeout(3_000) })
      await answer.body?.cancel()
      if (answer.ok) return
    } catch {
      // Not yet: that is what is being measured.
    }
    if (attempt === 600) throw new Error('the server is not ready a minute after PostgreSQL was')
    await sleep(100)
  }
}

interface Scan {
  readonly waybillNo: string
  readonly opCode: string
  readonly opTime: string
  readonly opName: string
  readonly opDesc: string
  readonly deliverCode?: string
}

/** The ordinary life of a parcel with as many depots on its way as wanted; served at the end. */
export function lifeOf(waybillNo: string, depots: number, from: Date): Scan[] {
  const codes = ['203', ...Array.from({ length: depots }, (_, n) => ['305', '389', '954'][n % 3]!)]
  return [...codes, '702', '704'].map((opCode, n) => ({
    waybillNo,
    opCode,
    opTime: chinaTime(new Date(from.getTime() + n * 1_000)),
    opName: opCode,
    opDesc: `scan ${opCode}`,
    ...(opCode === '704' ? { deliverCode: '10' } : {}),
  }))
}

export interface Pushed {
  readonly sent: number
  readonly stored: number
  /** 503, "push again": the house was not ready for it */
  readonly refused: number
}

/** Row 15. Each scan `copies` times, all of them in one seeded shuffle, a few at a time; a refused one comes again later. */
export async function pushShuffled(
  { serverUrl }: System,
  seeded: Seeded,
  scans: readonly Scan[],
  copies: number,
): Promise<Pushed> {
  const queue = seeded.shuffle(scans.flatMap((scan) => Array<Scan>(copies).fill(scan)))
  const pushed = { sent: 0, stored: 0, refused: 0 }
  const sender = async () => {
    for (let scan = queue.shift(); scan !== undefined; scan = queue.shift()) {
      pushed.sent += 1
      if (await push(serverUrl, scan, String(pushed.sent))) pushed.stored += 1
      else {
        pushed.refused += 1
        queue.push(scan)
        await sleep(200)
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, sender))
  return pushed
}

async function push(serverUrl: string, scan: Scan, serialNo: string): Promise<boolean> {
  const form = {
    method: '040002',
    msgType: '0',
    senderNo: demoKeys.ems.senderNo,
    serialNo,
    timeStamp: chinaTime(new Date()),
    version: 'v1.0.0',
    logitcsInterface: sealEnvelope(JSON.stringify(scan), demoKeys.ems.signKey),
  }
  const answer = await fetch(`${serverUrl}/api/partners/ems/push`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  const { code } = (await answer.json()) as { code: string }
  return answer.status === 200 && code === '00000'
}

function chinaTime(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
}
