/**
 * The whole house as processes of its own, each of which a test may kill: PostgreSQL, engine, partner simulators, server,
 * workers. Settings are those of `npm start` (scripts/child-environment.ts); ports and folder are the test's own.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { databaseUrl } from '../../core/database/database-url.ts'
import { createPool } from '../../core/database/pool.ts'
import { prepareCluster } from '../../core/database/prepare-cluster.ts'
import { migrate } from '../../migrations/run.ts'
import { demoAddresses } from '../../partners/demo-keys.ts'
import { childEnvironments } from '../../scripts/child-environment.ts'
import { startPostgres } from '../../scripts/embedded-postgres.ts'
import { engineJar } from '../../scripts/engine-jar.ts'
import { fastEngine } from '../../scripts/fast-engine.ts'
import { javaCommand, root } from '../../scripts/prerequisites.mjs'
import { readProcesses, recordProcess, stopInOrder } from '../../scripts/process-list.ts'
import { startWatchdog } from '../../scripts/start-watchdog.ts'
import { answers, waitUntil } from '../../scripts/wait-until.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'

type Env = Readonly<Record<string, string>>

export interface RunningProcess {
  readonly name: string
  readonly pid: number
  readonly alive: () => boolean
  /** Sends the signal; after SIGKILL resolves when it is gone. */
  signal(name: NodeJS.Signals): Promise<void>
}

/** One worker process and the lines it speaks over, each of which a test may tap. */
export interface WorkerSeat {
  readonly engineLine: FaultProxy
  readonly partnerLine: FaultProxy
  process(): RunningProcess
  /** kill -9, if it still lives, and a new process on the same seat */
  replace(): Promise<void>
}

export interface System {
  /** what citizens and clerks type: a line that a test may cut */
  readonly url: string
  readonly serverUrl: string
  readonly partnersUrl: string
  readonly citizenLine: FaultProxy
  readonly workers: readonly WorkerSeat[]
  readonly database: SystemDatabase
  readonly server: () => RunningProcess
  restartServer(): Promise<void>
  readonly engine: () => RunningProcess
  restartEngine(): Promise<void>
  readonly logs: string
  /** the file store on disk */
  readonly files: string
  close(): Promise<void>
}

export interface SystemDatabase {
  /** As superuser, over all schemas: what the invariants read. Broken by a kill of PostgreSQL, usable again after it. */
  readonly db: Knex
  /** As the application, for its own use cases (rebuild of the projection). */
  readonly appDb: Knex
  postmaster(): RunningProcess
  restart(): Promise<void>
}

const SETTINGS = {
  max_connections: '100',
  shared_buffers: '64MB',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
}
const BOOT_MS = 180_000
const SUPERUSER = 'faults-superuser'

/** Resolves when the three items are published and the hall is open. */
export async function startSystem(options: { readonly workers: number }): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'yichuang-faults-'))
  chmodSync(folder, 0o711)
  const logs = join(folder, 'logs')
  for (const name of ['logs', 'files', 'partners']) mkdirSync(join(folder, name))
  const list = join(folder, 'processes.jsonl')
  writeFileSync(list, '')
  const keep = process.env['FAULTS_KEEP'] === '1'
  const watchdog = startWatchdog(list, join(logs, 'watchdog.log'), keep ? undefined : folder)
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
    await stopInOrder(readProcesses(list))
    await watchdog.release()
  }
  try {
    const run = createRunner(logs, list)
    return { ...(await boot(folder, logs, run, options.workers, closers)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function boot(
  folder: string,
  logs: string,
  run: Runner,
  seats: number,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<System, 'close'>> {
  const ports = {
    server: await lowPort(),
    engine: await lowPort(),
    postgres: await lowPort(),
    partners: await lowPort(),
    smtp: await lowPort(),
  }
  const tokens = { engineApiToken: token(), engineWorkerToken: token() }
  const citizenLine = await startFaultProxy(`http://127.0.0.1:${ports.server}`)
  closers.push(citizenLine.close)

  let postmaster: RunningProcess | undefined
  const startCluster = async () => {
    const { superuserUrl } = await startPostgres({
      dataDir: join(folder, 'pg'),
      port: ports.postgres,
      superuserPassword: SUPERUSER,
      logFile: join(logs, 'postgres.log'),
      settings: SETTINGS,
      onSpawn: (child, program) => {
        const running = run.adopt(program, child)
        if (program === 'postgres') postmaster = running
      },
    })
    return superuserUrl
  }
  const superuserUrl = await startCluster()
  const passwords = { owner: 'faults-owner', app: 'faults-app', engine: 'faults-engine' }
  const urls = await prepareCluster({ superuserUrl, passwords })
  const ownerDb = createPool({ url: urls.ownerUrl, max: 2, applicationName: 'faults migrate' })
  await migrate(ownerDb).finally(() => ownerDb.destroy())
  const allUrl = databaseUrl(superuserUrl, { database: 'yichuang' })
  const db = createPool({ url: allUrl, max: 3, applicationName: 'faults check' })
  const appDb = createPool({ url: urls.appUrl, max: 2, applicationName: 'faults app' })
  closers.push(() => Promise.all([db.destroy(), appDb.destroy()]))

  const env = childEnvironments(
    {
      root,
      dataDir: folder,
      serverHost: '127.0.0.1',
      ports,
      publicUrl: citizenLine.url,
      logLevel: process.env['FAULTS_LOG_LEVEL'] ?? 'warn',
      oidcIssuer: '',
      engineJavaOptions: [],
    },
    { files: join(folder, 'files'), partners: join(folder, 'partners') },
    {
      ...tokens,
      postgresSuperuser: SUPERUSER,
      postgresOwner: passwords.owner,
      postgresApp: passwords.app,
      postgresEngine: passwords.engine,
      sessionKey: randomBytes(32).toString('base64'),
    },
    urls,
    process.env,
  )
  const engineArgs = [
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...(await fastEngine({
      jar: process.env['ENGINE_JAR'] ?? engineJar(root, 'camunda'),
      env: env.engine,
      say: () => undefined,
    })),
  ]
  const serverUrl = `http://127.0.0.1:${ports.server}`
  const engineUrl = `http://127.0.0.1:${ports.engine}`
  const partnersUrl = `http://127.0.0.1:${ports.partners}`
  const startServer = () =>
    run.node('server', 'server/main.ts', { ...env.office, RATE_LIMIT: '0', DATABASE_POOL: '10' })
  const startEngine = () => run.start('engine', javaCommand(), engineArgs, env.engine)
  const isUp = (url: string, what: string, child: () => RunningProcess) =>
    waitUntil(
      async () => {
        if (!child().alive()) throw new Error(`${what} ended by itself, see ${logs}`)
        return answers(url)
      },
      BOOT_MS,
      () => new Error(`${what} did not come up, see ${logs}`),
    )

  const partners = run.node('partners', 'partners/main.ts', env.partners)
  let engine = startEngine()
  let server = startServer()
  const seatList: WorkerSeat[] = []
  for (let n = 0; n < seats; n += 1) {
    const seat = await openSeat(n, { run, env: env.office, engineUrl, partnersUrl })
    closers.push(seat.engineLine.close, seat.partnerLine.close)
    seatList.push(seat)
  }
  await isUp(`${partnersUrl}/admin/health`, 'partners', () => partners)
  await isUp(`${engineUrl}/healthz`, 'engine', () => engine)
  await isUp(`${serverUrl}/readyz`, 'server', () => server)
  await run.toEnd('seed', 'scripts/seed.ts', env.seed)

  return {
    url: citizenLine.url,
    serverUrl,
    partnersUrl,
    citizenLine,
    workers: seatList,
    logs,
    files: join(folder, 'files'),
    server: () => server,
    async restartServer() {
      await server.signal('SIGKILL')
      server = startServer()
      await isUp(`${serverUrl}/healthz`, 'server', () => server)
    },
    engine: () => engine,
    async restartEngine() {
      await engine.signal('SIGKILL')
      engine = startEngine()
      await isUp(`${engineUrl}/healthz`, 'engine', () => engine)
    },
    database: {
      db,
      appDb,
      postmaster: () => {
        if (postmaster === undefined) throw new Error('PostgreSQL was never started')
        return postmaster
      },
      async restart() {
        await postmaster?.signal('SIGKILL')
        // The orphaned backends need a moment to notice, and a new postmaster refuses to start beside them.
        for (let attempt = 1; ; attempt += 1) {
          try {
            await startCluster()
            return
          } catch (error) {
            if (attempt === 100) throw error
            await new Promise((resolve) => setTimeout(resolve, 100))
          }
        }
      },
    },
  }
}

async function openSeat(
  n: number,
  {
    run,
    env,
    engineUrl,
    partnersUrl,
  }: { run: Runner; env: Env; engineUrl: string; partnersUrl: string },
): Promise<WorkerSeat> {
  const engineLine = await startFaultProxy(engineUrl)
  const partnerLine = await startFaultProxy(partnersUrl)
  const start = () =>
    run.node(`workers-${n}`, 'workers/main.ts', {
      ...env,
      ENGINE_URL: `${engineLine.url}/engine-rest`,
      EMS_URL: `${partnerLine.url}${demoAddresses.emsPath}`,
      SMS_URL: `${partnerLine.url}${demoAddresses.smsPath}`,
    })
  let current = start()
  return {
    engineLine,
    partnerLine,
    process: () => current,
    async replace() {
      await current.signal('SIGKILL')
      current = start()
    },
  }
}

type Runner = ReturnType<typeof createRunner>

function createRunner(logs: string, list: string) {
  function adopt(name: string, child: ChildProcess): RunningProcess {
    const { pid } = child
    if (pid === undefined) throw new Error(`${name} could not be started`)
    recordProcess(list, name, pid)
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const alive = () => child.exitCode === null && child.signalCode === null
    return {
      name,
      pid,
      alive,
      async signal(signal) {
        if (alive()) child.kill(signal)
        if (signal === 'SIGKILL') await gone
      },
    }
  }

  function launch(name: string, command: string, args: readonly string[], env: Env): ChildProcess {
    const log = openSync(join(logs, `${name}.log`), 'a', 0o600)
    const child = spawn(command, args, {
      cwd: root,
      env,
      // Leads its own process group, which is how the list of processes ends it.
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    return child
  }

  const start = (name: string, command: string, args: readonly string[], env: Env) =>
    adopt(name, launch(name, command, args, env))
  const nodeArgs = (program: string) => ['--import', 'tsx', program]
  return {
    adopt,
    start,
    node: (name: string, program: string, env: Env) =>
      start(name, process.execPath, nodeArgs(program), env),
    async toEnd(name: string, program: string, env: Env): Promise<void> {
      const child = launch(name, process.execPath, nodeArgs(program), env)
      adopt(name, child)
      const code = await new Promise((resolve) => child.once('exit', resolve))
      if (code !== 0) throw new Error(`${name} failed with code ${String(code)}, see ${logs}`)
    },
  }
}

/**
 * A free port below those the kernel gives to outgoing connections: while its process is dead, no client of ours may
 * happen to sit on it.
 */
async function lowPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000)
    if (taken.has(port)) continue
    taken.add(port)
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (free) return port
  }
}

const taken = new Set<number>()

function token(): string {
  return randomBytes(24).toString('base64url')
}
