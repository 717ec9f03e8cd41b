import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'

import { startProblem } from './start-problems.ts'

export interface Secrets {
  readonly postgresSuperuser: string
  readonly postgresOwner: string
  readonly postgresApp: string
  readonly postgresEngine: string
  readonly engineApiToken: string
  readonly engineWorkerToken: string
  /** base64 of 32 bytes; signs and encrypts session cookies. */
  readonly sessionKey: string
}

const NAMES = [
  'postgresSuperuser',
  'postgresOwner',
  'postgresApp',
  'postgresEngine',
  'engineApiToken',
  'engineWorkerToken',
  'sessionKey',
] as const satisfies readonly (keyof Secrets)[]

/**
 * The secrets of this data folder: made once at random, kept in a file only we may read. A folder
 * that has a database but no readable secrets is refused, since new ones would not open it.
 * A secret added by a later version is made when it is missed.
 */
export function openSecrets(file: string, hasDatabase: boolean): Secrets {
  let stored: Partial<Record<string, string>> = {}
  if (existsSync(file)) stored = read(file)
  else if (hasDatabase) throw startProblem.secretsUnreadable(file)

  const secrets = Object.fromEntries(
    NAMES.map((name) => [name, stored[name] ?? make(name)]),
  ) as unknown as Secrets
  if (NAMES.some((name) => stored[name] === undefined)) write(file, secrets)
  return secrets
}

function make(name: keyof Secrets): string {
  // URL-safe, because most of them become part of a connection string.
  return randomBytes(32).toString(name === 'sessionKey' ? 'base64' : 'base64url')
}

function read(file: string): Partial<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null) throw new Error('not an object')
    if (Object.values(value).some((entry) => typeof entry !== 'string' || entry === '')) {
      throw new Error('an entry is not a text')
    }
    return value
  } catch (error) {
    throw startProblem.secretsUnreadable(file, error)
  }
}

/** On disk before the first password is given to the database, whole or not at all. */
function write(file: string, secrets: Secrets): void {
  const draft = `${file}.new`
  const handle = openSync(draft, 'w', 0o600)
  writeSync(handle, `${JSON.stringify(secrets, undefined, 2)}\n`)
  fsyncSync(handle)
  closeSync(handle)
  renameSync(draft, file)
}
