import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import pg from 'pg'
import type { TestProject } from 'vitest/node'

import { databaseUrl } from '../../core/database/database-url.ts'
import { createPool } from '../../core/database/pool.ts'
import { prepareCluster, type RolePasswords } from '../../core/database/prepare-cluster.ts'
import { migrate } from '../../migrations/run.ts'
import { startPostgres } from '../../scripts/embedded-postgres.ts'
import { readProcesses, recordProcess, stopInOrder } from '../../scripts/process-list.ts'
import { startWatchdog } from '../../scripts/start-watchdog.ts'

export interface TestCluster {
  readonly superuserUrl: string
  readonly passwords: RolePasswords
  /** The migrated database that createTestDatabase() clones. */
  readonly template: string
  /** Processes a killed run would leave behind are written down here (scripts/process-list.ts). */
  readonly processList: string
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestCluster
  }
}

/** Fixed: the cluster listens on loopback for the length of one test run and holds made-up data. */
const PASSWORDS: RolePasswords = { owner: 'test-owner', app: 'test-app', engine: 'test-engine' }

/** Real durability (fsync on), small memory: the tests run beside a JVM on two cores. */
const TEST_SETTINGS = {
  max_connections: '150',
  shared_buffers: '64MB',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  autovacuum_naptime: '10s',
  jit: 'off',
}

/**
 * vitest globalSetup: one PostgreSQL for the run, with a migrated template database. With
 * TEST_POSTGRES (a superuser's connection string) a cluster that already runs is used instead.
 * A watchdog ends the cluster and the engines of a run that was killed.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'yichuang-test-'))
  // As root the cluster runs as another user, who must be able to pass.
  chmodSync(folder, 0o711)
  const processList = join(folder, 'processes.jsonl')
  writeFileSync(processList, '')
  const watchdog = startWatchdog(processList, join(folder, 'watchdog.log'), folder)
  const teardown = async () => {
    await stopInOrder(readProcesses(processList))
    await watchdog.release()
  }
  try {
    const superuserUrl = process.env['TEST_POSTGRES'] ?? (await startCluster(folder, processList))
    const template = await prepareTemplate(superuserUrl)
    project.provide('postgres', { superuserUrl, passwords: PASSWORDS, template, processList })
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}

async function startCluster(folder: string, processList: string): Promise<string> {
  const { superuserUrl } = await startPostgres({
    dataDir: join(folder, 'pg'),
    port: await freePort(),
    superuserPassword: 'test-superuser',
    logFile: join(folder, 'postgres.log'),
    settings: TEST_SETTINGS,
    onSpawn: ({ pid }, program) => pid && recordProcess(processList, program, pid),
  })
  return superuserUrl
}

/** Named by the content of migrations/, so that a cluster in reuse never gives an old schema. */
async function prepareTemplate(superuserUrl: string): Promise<string> {
  const template = `yichuang_template_${migrationsDigest()}`
  const client = new pg.Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    // Several test runs may share one cluster: the first makes the template, the others wait.
    await client.query('select pg_advisory_lock(72024)')
    const ready = await client.query(
      "select 1 from pg_database where datname = $1 and shobj_description(oid, 'pg_database') = 'ready'",
      [template],
    )
    if (ready.rowCount) return template
    await client.query(`drop database if exists ${template} with (force)`)
    const { ownerUrl } = await prepareCluster({
      superuserUrl,
      passwords: PASSWORDS,
      database: template,
    })
    const db = createPool({ url: ownerUrl, max: 2, applicationName: 'test template' })
    await migrate(db).finally(() => db.destroy())
    await freezeTemplate(databaseUrl(superuserUrl, { database: template }))
    await client.query(`comment on database ${template} is 'ready'`)
    return template
  } finally {
    await client.end()
  }
}

async function freezeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('vacuum (analyze)')
  await client.end()
}

function migrationsDigest(): string {
  const folder = join(import.meta.dirname, '../../migrations')
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.ts')) hash.update(name).update(readFileSync(join(folder, name)))
  }
  return hash.digest('hex').slice(0, 12)
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
