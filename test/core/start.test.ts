import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { takeDataFolder } from '../../scripts/data-folder.ts'
import {
  birthOf,
  isAlive,
  readProcesses,
  recordProcess,
  stopInOrder,
} from '../../scripts/process-list.ts'
import { openSecrets } from '../../scripts/secrets.ts'
import { sourcesDigest } from '../../scripts/sources-digest.ts'
import { isStartProblem, sayProblem } from '../../scripts/start-problems.ts'
import { readStartSettings } from '../../scripts/start-settings.ts'

const root = join(import.meta.dirname, '../..')
let folder: string

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'yichuang-start-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the settings of npm start', () => {
  it('have the ports the README promises', () => {
    const { ports, publicUrl, dataDir } = readStartSettings({}, root)
    expect(ports).toEqual({
      server: 8080,
      engine: 8081,
      postgres: 8082,
      partners: 8083,
      smtp: 8084,
    })
    expect(publicUrl).toBe('http://127.0.0.1:8080')
    expect(dataDir).toBe(join(root, '.data'))
  })

  it('name every fault at once', () => {
    const env = { SERVER_PORT: 'eighty', ENGINE_PORT: '9000', POSTGRES_PORT: '9000' }
    const fault = faultOf(() => readStartSettings(env, root))
    expect(fault).toMatchObject({ code: 'SETTING_INVALID' })
    expect(fault.en).toContain('SERVER_PORT=eighty')
    expect(fault.en).toContain('ENGINE_PORT = POSTGRES_PORT = 9000')
  })
})

describe('the secrets', () => {
  it('are made once, for our eyes only, and stay', () => {
    const file = join(folder, 'secrets.json')
    const made = openSecrets(file, false)
    expect(openSecrets(file, true)).toEqual(made)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(new Set(Object.values(made)).size).toBe(7)
    expect(Buffer.from(made.sessionKey, 'base64')).toHaveLength(32)
  })

  it('are not made anew for a database that knows the old ones', () => {
    const file = join(folder, 'secrets.json')
    expect(faultOf(() => openSecrets(file, true)).code).toBe('SECRETS_UNREADABLE')
    writeFileSync(file, '{"postgresApp": ')
    expect(faultOf(() => openSecrets(file, true)).code).toBe('SECRETS_UNREADABLE')
    expect(readFileSync(file, 'utf8')).toBe('{"postgresApp": ')
  })
})

describe('the data folder', () => {
  it('belongs to one start at a time, and to the next when that was killed', async () => {
    const first = await takeDataFolder(folder, () => undefined)
    await expect(takeDataFolder(folder, () => undefined)).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
    })
    first.release()
    // given a lock whose process is gone, as after kill -9
    writeFileSync(join(folder, 'run/start.json'), JSON.stringify({ pid: process.pid, born: '1' }))
    const next = await takeDataFolder(folder, () => undefined)
    next.release()
    expect(existsSync(join(folder, 'run/start.json'))).toBe(false)
  })

  it('is cleared of what a killed start left running', async () => {
    // given
    const first = await takeDataFolder(folder, () => undefined)
    const left = sleeper()
    recordProcess(first.listFile, 'server', left.pid)
    first.release()
    // when
    const told: string[] = []
    const next = await takeDataFolder(folder, (names) => told.push(...names))
    // then
    expect(told).toEqual(['server'])
    expect(isAlive(left)).toBe(false)
    expect(readProcesses(next.listFile)).toEqual([])
    next.release()
  })

  it('that is a file, or not ours to write, is refused by name', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    await expect(takeDataFolder(file, () => undefined)).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
    })
  })
})

describe('stopping', () => {
  it('goes from those who write to those who are written to', async () => {
    const list = join(folder, 'processes.jsonl')
    for (const name of ['postgres', 'engine', 'workers', 'server']) {
      recordProcess(list, name, sleeper().pid)
    }
    const stopped: string[] = []
    await stopInOrder(readProcesses(list), (name) => stopped.push(name))
    expect(stopped).toEqual(['workers', 'server', 'engine', 'postgres'])
    expect(readProcesses(list).filter(isAlive)).toEqual([])
  })

  it('leaves a stranger alone who was given the number of a dead child', async () => {
    const stranger = sleeper()
    await stopInOrder([{ name: 'server', pid: stranger.pid, born: '1' }])
    expect(isAlive(stranger)).toBe(true)
    await stopInOrder([{ name: 'server', ...stranger }])
  })

  it('ends what a child started and left behind', async () => {
    const list = join(folder, 'processes.jsonl')
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const entry = recordProcess(list, 'server', parent.pid ?? 0)
    const grandchild = Number(await firstChunk(parent.stdout))
    await stopInOrder([entry])
    await expect.poll(() => birthOf(grandchild)).toBe(undefined)
  })
})

it('the digest of sources sees a change, a move and nothing else', () => {
  writeFileSync(join(folder, 'a'), 'one')
  const first = sourcesDigest(folder, ['.'])
  chmodSync(join(folder, 'a'), 0o600)
  expect(sourcesDigest(folder, ['.'])).toBe(first)
  writeFileSync(join(folder, 'a'), 'two')
  const second = sourcesDigest(folder, ['.'])
  expect(second).not.toBe(first)
})

it('npm start says which port is taken and which variable changes it, and starts nothing', async () => {
  // given a program on the engine's port
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  // when
  const { code, output } = await runStart({
    DATA_DIR: folder,
    ENGINE_PORT: String(port),
    ...(await otherPorts()),
  })
  await new Promise((resolve) => other.close(resolve))
  // then
  expect(output).toContain('PORT_IN_USE')
  expect(output).toContain(`ENGINE_PORT=<another port>`)
  expect(code).toBe(1)
  expect(existsSync(join(folder, 'pg'))).toBe(false)
  expect(existsSync(join(folder, 'run/start.json'))).toBe(false)
})

function faultOf(action: () => unknown): { code: string; en: string } {
  try {
    action()
  } catch (error) {
    if (!isStartProblem(error)) throw error
    expect(sayProblem(error)).toContain(error.zh)
    return error
  }
  throw new Error('no fault was found')
}

function sleeper(): { pid: number; born: string } {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
  const entry = recordProcess('/dev/null', 'sleeper', child.pid ?? 0)
  return { pid: entry.pid, born: entry.born }
}

function firstChunk(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => stream.once('data', (chunk: Buffer) => resolve(chunk.toString())))
}

/** Free at this moment, which is all the check before a start looks at. */
async function otherPorts(): Promise<Record<string, string>> {
  const names = ['SERVER_PORT', 'POSTGRES_PORT', 'PARTNERS_PORT', 'PARTNERS_SMTP_PORT']
  const servers = await Promise.all(
    names.map(async (name) => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return { name, server, port: String((server.address() as AddressInfo).port) }
    }),
  )
  await Promise.all(servers.map(({ server }) => new Promise((done) => server.close(done))))
  return Object.fromEntries(servers.map(({ name, port }) => [name, port]))
}

function runStart(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['scripts/start.mjs'], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', ...env },
    })
    let output = ''
    const keep = (chunk: Buffer) => (output += chunk.toString())
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('close', (code) => resolve({ code, output }))
  })
}
