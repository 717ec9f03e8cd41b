import { join } from 'node:path'

import { createPool } from '../core/database/pool.ts'
import { prepareCluster, type ClusterUrls } from '../core/database/prepare-cluster.ts'
import { migrate, SchemaNewerError } from '../migrations/run.ts'

import { baseEnvironment, childEnvironments } from './child-environment.ts'
import { createChildren, type Children } from './children.ts'
import { takeDataFolder, type DataFolder } from './data-folder.ts'
import { refuseUnusableCluster, startPostgres } from './embedded-postgres.ts'
import { buildEngineJar, engineJar } from './engine-jar.ts'
import { fastEngine } from './fast-engine.ts'
import { refuseTakenPorts } from './ports.ts'
import { javaCommand, root } from './prerequisites.mjs'
import { openSecrets, type Secrets } from './secrets.ts'
import { isStartProblem, sayProblem, startProblem } from './start-problems.ts'
import { readStartSettings, type StartSettings } from './start-settings.ts'
import { startWatchdog } from './start-watchdog.ts'
import { answers, waitUntil } from './wait-until.ts'
import { buildWebApps } from './web-apps.ts'

/**
 * `npm start`, after start.mjs has seen to Node, Java and the packages: builds what is stale,
 * starts PostgreSQL, partners, engine, server and workers, publishes and seeds, and stays until a
 * signal comes or one of them ends. Exit code 0 after a signal, 1 after any fault.
 */
async function main(): Promise<number> {
  const stopWanted = signalled()
  const settings = readStartSettings(process.env, root)
  const folder = await takeDataFolder(settings.dataDir, (names) =>
    say(`清理上次被强杀后留下的进程… stopping what a killed start left: ${names.join(', ')}`),
  )
  const children = createChildren({ logs: folder.logs, listFile: folder.listFile })
  const watchdog = startWatchdog(folder.listFile, join(folder.logs, 'watchdog.log'))
  let failed = false
  try {
    const running = up(settings, folder, children)
    // Stopped while it was still starting: its own complaint about that is of no interest.
    running.catch(() => undefined)
    const reason = await Promise.race([
      running.then(() => Promise.race([stopWanted, children.firstDeath])),
      stopWanted,
      children.firstDeath,
    ])
    say(`收到 ${reason}，依次停止… ${reason} received, stopping`)
  } catch (error) {
    failed = true
    sayFault(error)
  }
  await children.stopAll((name) => say(`停止 stopping ${name}`))
  folder.release()
  await watchdog.release()
  say('已全部停止 all stopped')
  return failed ? 1 : 0
}

async function up(settings: StartSettings, folder: DataFolder, children: Children): Promise<void> {
  await refuseTakenPorts(settings)
  const hasDatabase = await refuseUnusableCluster(folder.postgres)
  const secrets = openSecrets(folder.secretsFile, hasDatabase)
  const build = { root, children, env: baseEnvironment(process.env), say }
  await buildEngineJar({ ...build, product: 'camunda' })
  await buildWebApps(build)

  say(
    `数据库 PostgreSQL :${settings.ports.postgres}${hasDatabase ? '' : '（首次建库 first start）'}`,
  )
  const urls = await databaseUp(settings, folder, secrets, children)
  const env = childEnvironments(settings, folder, secrets, urls, process.env)

  say('引擎、外部伙伴模拟、服务、后台 engine, partner simulators, server, workers')
  const node = (name: string, program: string, programEnv: Readonly<Record<string, string>>) =>
    children.start({
      name,
      command: process.execPath,
      args: ['--import', 'tsx', program],
      env: programEnv,
      cwd: root,
    })
  // The engine's way is the longest: it sets out first and nobody else waits for it to be up.
  const engine = fastEngine({ jar: engineJar(root, 'camunda'), env: env.engine, say }).then((jar) =>
    children.start({
      name: 'engine',
      command: javaCommand(),
      args: [...settings.engineJavaOptions, ...jar],
      env: env.engine,
      cwd: root,
    }),
  )
  node('server', 'server/main.ts', env.office)
  node('workers', 'workers/main.ts', env.office)
  node('partners', 'partners/main.ts', env.partners)
  say('发布事项、写入演示数据 publishing the items, seeding the demo district')
  const seed = children.run({
    name: 'seed',
    command: process.execPath,
    args: ['--import', 'tsx', 'scripts/seed.ts'],
    env: env.seed,
    cwd: root,
  })
  const [logins] = await Promise.all([seed, engine, allReady(settings, children)])
  sayAddresses(settings, folder, logins)
}

async function databaseUp(
  settings: StartSettings,
  folder: DataFolder,
  secrets: Secrets,
  children: Children,
): Promise<ClusterUrls> {
  const postgres = await startPostgres({
    dataDir: folder.postgres,
    port: settings.ports.postgres,
    superuserPassword: secrets.postgresSuperuser,
    logFile: children.logFile('postgres'),
    settings: DEMO_SETTINGS,
    onSpawn: (child, program) =>
      program === 'postgres' ? children.adopt(program, child) : children.track(program, child),
  })
  const urls = await prepareCluster({
    superuserUrl: postgres.superuserUrl,
    passwords: {
      owner: secrets.postgresOwner,
      app: secrets.postgresApp,
      engine: secrets.postgresEngine,
    },
  })
  const db = createPool({ url: urls.ownerUrl, max: 2, applicationName: 'start' })
  try {
    const applied = await migrate(db)
    if (applied.length > 0) say(`已迁移 migrated: ${applied.length}`)
  } catch (error) {
    throw error instanceof SchemaNewerError ? startProblem.schemaNewer(error.unknown) : error
  } finally {
    await db.destroy()
  }
  return urls
}

/** Modest memory for a laptop; what is committed is on disk (engine.md §4, lever 10). */
const DEMO_SETTINGS = {
  max_connections: '80',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '8MB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  max_wal_size: '1GB',
  autovacuum_naptime: '15s',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
}

/** "Every address" is one to listen on, not one to call. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** The server says it is ready only when the engine answers it, so it is asked last. */
async function allReady(settings: StartSettings, children: Children): Promise<void> {
  const { ports, serverHost } = settings
  await ready(children, 'engine', `http://127.0.0.1:${ports.engine}/healthz`)
  await ready(children, 'partners', `http://127.0.0.1:${ports.partners}/admin/health`)
  await ready(children, 'server', `http://${reachable(serverHost)}:${ports.server}/readyz`)
}

async function ready(children: Children, name: string, url: string): Promise<void> {
  await waitUntil(
    () => answers(url),
    180_000,
    () => startProblem.childNotReady(name, children.logFile(name)),
  )
}

/** Resolves with the name of the first signal; started by npm, also when npm itself is gone. */
function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve(signal))
    }
    const parent = process.ppid
    if (process.env['npm_lifecycle_event'] === undefined) return
    setInterval(() => {
      if (process.ppid !== parent) resolve('npm 的退出 the end of npm')
    }, 1_000).unref()
  })
}

function sayAddresses(settings: StartSettings, folder: DataFolder, logins: string): void {
  const { ports, publicUrl } = settings
  console.log(
    [
      '',
      `引擎 engine                   http://127.0.0.1:${ports.engine}/engine-rest`,
      `数据库 PostgreSQL             127.0.0.1:${ports.postgres}/yichuang`,
      `邮件模拟 mail simulator       127.0.0.1:${ports.smtp}`,
      `数据与日志 data and logs      ${folder.path}`,
      logins.trim(),
      '',
      `ready ${publicUrl}`,
    ].join('\n'),
  )
}

function sayFault(error: unknown): void {
  if (isStartProblem(error)) console.error(sayProblem(error))
  // Not foreseen: the stack is for whoever reports it.
  else console.error(error)
}

function say(line: string): void {
  console.log(`· ${line}`)
}

try {
  // Exits outright: a start interrupted half-way is still waiting for something in this process.
  process.exit(await main())
} catch (error) {
  // Before anything was started.
  sayFault(error)
  process.exit(1)
}
