import { accessSync, constants, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { birthOf, isAlive, readProcesses, stopInOrder } from './process-list.ts'
import { startProblem } from './start-problems.ts'

export interface DataFolder {
  readonly path: string
  readonly postgres: string
  readonly files: string
  readonly logs: string
  readonly partners: string
  readonly secretsFile: string
  /** Where the processes of the running start are written down. */
  readonly listFile: string
  /** Gives the folder free for the next start. */
  release(): void
}

const NEEDED_MB = 500

/**
 * Takes the data folder for this start: makes it, refuses one that cannot be used, is full or in
 * use, and ends what a start that was killed together with its watchdog left running.
 */
export async function takeDataFolder(
  path: string,
  onLeftovers: (names: readonly string[]) => void,
): Promise<DataFolder> {
  const folder = {
    path,
    postgres: join(path, 'pg'),
    files: join(path, 'files'),
    logs: join(path, 'logs'),
    partners: join(path, 'partners'),
    run: join(path, 'run'),
  }
  try {
    // As root PostgreSQL runs as another user, who must be able to pass through, no more.
    mkdirSync(path, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    for (const name of ['files', 'logs', 'partners', 'run'] as const) {
      mkdirSync(folder[name], { recursive: true, mode: 0o700 })
      accessSync(folder[name], constants.R_OK | constants.W_OK | constants.X_OK)
    }
    readdirSync(path)
  } catch (error) {
    throw startProblem.dataFolderUnusable(path, error)
  }
  refuseFullDisk(path)
  refuseOtherOwner(folder.postgres)

  const pidFile = lockFile(path)
  const listFile = join(folder.run, 'processes.jsonl')
  takeLock(pidFile, path)
  const leftovers = readProcesses(listFile).filter(isAlive)
  if (leftovers.length > 0) {
    // Its watchdog may be at work on the same list; to stop a process twice does no harm.
    onLeftovers(leftovers.map((entry) => entry.name))
    await stopInOrder(leftovers)
  }
  writeFileSync(listFile, '', { mode: 0o600 })
  return {
    ...folder,
    secretsFile: join(path, 'secrets.json'),
    listFile,
    release: () => rmSync(pidFile, { force: true }),
  }
}

/** The process of the start that runs on the folder, undefined when there is none. */
export function runningStart(path: string): number | undefined {
  const holder = readHolder(lockFile(path))
  return holder && isAlive(holder) ? holder.pid : undefined
}

function lockFile(path: string): string {
  return join(path, 'run', 'start.json')
}

function takeLock(pidFile: string, folder: string): void {
  const mine = { pid: process.pid, born: birthOf(process.pid) ?? '' }
  for (;;) {
    try {
      writeFileSync(pidFile, JSON.stringify(mine), { flag: 'wx', mode: 0o600 })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw startProblem.dataFolderUnusable(folder, error)
      }
    }
    const holder = readHolder(pidFile)
    if (holder && isAlive(holder)) throw startProblem.alreadyRunning(folder, holder.pid)
    // Left by a start that was killed.
    rmSync(pidFile, { force: true })
  }
}

function readHolder(pidFile: string): { pid: number; born: string } | undefined {
  try {
    return JSON.parse(readFileSync(pidFile, 'utf8')) as { pid: number; born: string }
  } catch {
    // Removed just now, or cut short by a crash while it was written: nobody holds it.
    return undefined
  }
}

function refuseFullDisk(path: string): void {
  const { bavail, bsize } = statfsSync(path)
  const freeMb = Math.floor((bavail * bsize) / 1024 ** 2)
  if (freeMb < NEEDED_MB) throw startProblem.diskFull(path, freeMb, NEEDED_MB)
}

/** An ordinary user cannot run a database that root (or a colleague) made; only root can. */
function refuseOtherOwner(postgres: string): void {
  const me = process.getuid?.()
  if (me === 0) return
  let owner: number
  try {
    owner = statSync(postgres).uid
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw startProblem.dataFolderUnusable(dirname(postgres), error)
  }
  if (owner !== me) throw startProblem.dataFolderOfOtherUser(postgres)
}
