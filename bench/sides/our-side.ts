import { spawn } from 'node:child_process'
import { join } from 'node:path'

import pg from 'pg'

import { readProcesses } from '../../scripts/process-list.ts'
import { openSecrets } from '../../scripts/secrets.ts'
import type { BenchPorts } from './ports.ts'

export interface OurSide {
  readonly base: string
  readonly sessionKey: Buffer
  /** superuser on our database: for the givens and for what is only counted */
  readonly db: pg.Client
  /** by name: postgres, engine, server, workers (the partner simulators are the outside world) */
  readonly pids: ReadonlyMap<string, number>
  readonly settings: Readonly<Record<string, string>>
  stop(): Promise<void>
}

const COUNTED = ['postgres', 'engine', 'server', 'workers']

/** `npm start` itself, on other ports and an empty data folder, with the limit on writes of one address switched off. */
export async function startOurSide(options: {
  readonly root: string
  readonly dataDir: string
  readonly ports: BenchPorts['ours']
  readonly profile: boolean
}): Promise<OurSide> {
  const { root, dataDir, ports } = options
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      SERVER_PORT: String(ports.server),
      ENGINE_PORT: String(ports.engine),
      POSTGRES_PORT: String(ports.postgres),
      PARTNERS_PORT: String(ports.partners),
      PARTNERS_SMTP_PORT: String(ports.smtp),
      RATE_LIMIT: '0',
      ...(options.profile ? profiling(dataDir) : {}),
    },
  })
  let printed = ''
  const ready = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      printed += chunk.toString()
      if (/^ready http/m.test(printed)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${printed}`)))
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await gone
  }
  try {
    await ready
    const secrets = openSecrets(join(dataDir, 'secrets.json'), true)
    const entries = readProcesses(join(dataDir, 'run', 'processes.jsonl'))
    const pids = new Map(
      entries.filter(({ name }) => COUNTED.includes(name)).map(({ name, pid }) => [name, pid]),
    )
    const missing = COUNTED.filter((name) => !pids.has(name))
    if (missing.length > 0) throw new Error(`npm start did not note down ${missing.join(', ')}`)
    const db = new pg.Client({
      connectionString: `postgresql://postgres:${secrets.postgresSuperuser}@127.0.0.1:${ports.postgres}/yichuang`,
    })
    await db.connect()
    return {
      base: `http://127.0.0.1:${ports.server}`,
      sessionKey: Buffer.from(secrets.sessionKey, 'base64'),
      db,
      pids,
      settings: await givenSettings(db),
      async stop() {
        await db.end()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function profiling(dataDir: string): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${new URL('profile-process.mjs', import.meta.url).href}`,
    BENCH_PROFILES: join(dataDir, 'profiles'),
  }
}

/** What our PostgreSQL was told on its command line, so that the other one can be told the same. */
async function givenSettings(db: pg.Client): Promise<Record<string, string>> {
  const { rows } = await db.query<{ name: string; setting: string; unit: string | null }>(
    `select name, setting, unit from pg_settings
      where source = 'command line' and name not in
        ('port', 'config_file', 'data_directory', 'hba_file', 'ident_file', 'listen_addresses', 'unix_socket_directories')`,
  )
  // PostgreSQL knows no unit "8kB" in a setting; a bare number is taken in that very unit.
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
}
