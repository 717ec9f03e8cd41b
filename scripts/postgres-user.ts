import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { startProblem } from './start-problems.ts'

export interface PostgresUser {
  /** Who must own the data folder; undefined when PostgreSQL runs as we do. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** Given to spawn; empty when we are that user already or the command changes the user itself. */
  readonly spawnAs: { readonly uid?: number; readonly gid?: number }
  /** The command that runs a program as this user. */
  readonly command: (program: string, args: readonly string[]) => [string, string[]]
}

const CAP_DAC_OVERRIDE = 1n << 1n
const CAP_DAC_READ_SEARCH = 1n << 2n

/**
 * PostgreSQL refuses to run as root, and wants to own its data. As an ordinary user nothing is needed; as root it runs as the
 * user `postgres`, who is made when missing. A clone below a closed folder (/root, `mktemp -d`) is
 * invisible to that user: then the process gets the one capability to pass through folders,
 * which changes no permission on disk. Where that is impossible the fault names the folder.
 */
export function asPostgresUser(dataDir: string, programs: string): PostgresUser {
  if (process.getuid?.() !== 0) return { spawnAs: {}, command: plainly }
  const ids = ownerOf(dataDir) ?? findUser('postgres') ?? createUser() ?? findUser('nobody')
  if (!ids) throw startProblem.postgresUserMissing()
  const closed = [programs, dataDir].map((folder) => closedAncestor(folder, ids)).find(Boolean)
  if (!closed) return { owner: ids, spawnAs: ids, command: plainly }

  const capability = passingCapability()
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))
  if (!capability || !setpriv) throw startProblem.dataFolderUnreachable(closed)
  const privileges = [
    `--reuid=${ids.uid}`,
    `--regid=${ids.gid}`,
    '--clear-groups',
    // access(2), which initdb asks first, ignores capabilities of other users than root without it.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=-all,+${capability}`,
    `--bounding-set=-all,+${capability}`,
  ]
  return {
    owner: ids,
    spawnAs: {},
    command: (program, args) => [setpriv, [...privileges, '--', program, ...args]],
  }
}

function plainly(program: string, args: readonly string[]): [string, string[]] {
  return [program, [...args]]
}

/** Made by an ordinary user earlier: it stays theirs. */
function ownerOf(dataDir: string): { uid: number; gid: number } | undefined {
  if (!existsSync(dataDir)) return undefined
  const { uid, gid } = statSync(dataDir)
  return uid === 0 ? undefined : { uid, gid }
}

function findUser(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}

function createUser(): { uid: number; gid: number } | undefined {
  try {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
      { stdio: 'ignore' },
    )
  } catch {
    // No useradd, or a read-only /etc: the caller falls back to `nobody`.
    return undefined
  }
  return findUser('postgres')
}

/** The first folder on the way that the user may not pass; undefined when the way is free. */
function closedAncestor(folder: string, ids: { uid: number; gid: number }): string | undefined {
  const way: string[] = []
  for (let at = dirname(resolve(folder)); ; at = dirname(at)) {
    way.unshift(at)
    if (at === dirname(at)) break
  }
  return way
    .filter((path) => existsSync(path))
    .find((path) => {
      const { mode, uid, gid } = statSync(path)
      const bit = uid === ids.uid ? 0o100 : gid === ids.gid ? 0o010 : 0o001
      return (mode & bit) === 0
    })
}

/** Containers often keep DAC_OVERRIDE and drop DAC_READ_SEARCH; the narrower one is preferred. */
function passingCapability(): 'dac_read_search' | 'dac_override' | undefined {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  const held = BigInt(`0x${hex ?? '0'}`)
  if (held & CAP_DAC_READ_SEARCH) return 'dac_read_search'
  if (held & CAP_DAC_OVERRIDE) return 'dac_override'
  return undefined
}
