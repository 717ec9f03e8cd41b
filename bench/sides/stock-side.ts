import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import pg from 'pg'

import { startPostgres, type EmbeddedPostgres } from '../../scripts/embedded-postgres.ts'
import { javaCommand } from '../../scripts/prerequisites.mjs'
import { answers, waitUntil } from '../../scripts/wait-until.ts'
import type { BenchPorts } from './ports.ts'

export interface StockSide {
  /** ends in /engine-rest */
  readonly base: string
  readonly db: pg.Client
  readonly pids: ReadonlyMap<string, number>
  stop(): Promise<void>
}

const PASSWORD = 'bench-stock-engine'

/**
 * Camunda 7.24 as its Spring Boot starter sets it up (history full), on a cluster of its own with our cluster's settings.
 * The JVM gets the flags our engine gets: its own default here would be a costlier collector, and that would flatter us.
 */
export async function startStockSide(options: {
  readonly root: string
  readonly dataDir: string
  readonly ports: BenchPorts['stock']
  readonly settings: Readonly<Record<string, string>>
  readonly javaOptions: readonly string[]
}): Promise<StockSide> {
  const { root, dataDir, ports } = options
  const jar = await stockJar(root)
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const postgres = await startPostgres({
    dataDir: join(dataDir, 'pg'),
    port: ports.postgres,
    superuserPassword: PASSWORD,
    logFile: join(dataDir, 'postgres.log'),
    settings: options.settings,
  })
  let engine: ChildProcess | undefined
  try {
    const url = await createDatabase(postgres)
    engine = startEngine(jar, options, url)
    const base = `http://127.0.0.1:${ports.engine}/engine-rest`
    const log = join(dataDir, 'engine.log')
    await waitUntil(
      () => answers(`${base}/version`),
      180_000,
      () => new Error(`the stock engine did not come up: ${log}`),
    )
    const db = new pg.Client({ connectionString: url })
    await db.connect()
    const pids = new Map([
      ['postgres', pidOf(postgres.child)],
      ['engine', pidOf(engine)],
    ])
    const running = engine
    return {
      base,
      db,
      pids,
      async stop() {
        await db.end()
        await ended(running)
        await postgres.stop()
      },
    }
  } catch (error) {
    if (engine !== undefined) await ended(engine)
    await postgres.stop()
    throw error
  }
}

async function stockJar(root: string): Promise<string> {
  const module = join(root, 'bench', 'stock-engine')
  const jar = join(module, 'target', 'stock-engine.jar')
  if (!existsSync(jar)) {
    await promisify(execFile)('mvn', ['-q', '-B', '-f', join(module, 'pom.xml'), 'package'], {
      timeout: 600_000,
    })
  }
  return jar
}

async function createDatabase(postgres: EmbeddedPostgres): Promise<string> {
  const admin = new pg.Client({ connectionString: postgres.superuserUrl })
  await admin.connect()
  try {
    await admin.query('create database stock')
  } finally {
    await admin.end()
  }
  return postgres.superuserUrl.replace(/\/postgres$/, '/stock')
}

function startEngine(
  jar: string,
  options: Parameters<typeof startStockSide>[0],
  url: string,
): ChildProcess {
  const log = openSync(join(options.dataDir, 'engine.log'), 'a', 0o600)
  const child = spawn(javaCommand(), [...options.javaOptions, '-jar', jar], {
    stdio: ['ignore', log, log],
    env: { ...process.env, PORT: String(options.ports.engine), DATABASE_URL: url },
  })
  closeSync(log)
  return child
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('a process of the stock side did not start')
  return child.pid
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  await exit
}

/** The very flow our engine runs; the REST API takes it as it is. */
export async function deployFlow({ base }: Pick<StockSide, 'base'>, file: string): Promise<void> {
  const form = new FormData()
  form.append('deployment-name', 'bench')
  form.append('flow.bpmn', new Blob([await readFile(file)]), 'flow.bpmn')
  const answer = await fetch(`${base}/deployment/create`, { method: 'POST', body: form })
  if (!answer.ok) throw new Error(`deployment: ${answer.status} ${await answer.text()}`)
}
