import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { inject } from 'vitest'

import { fastEngine } from '../../scripts/fast-engine.ts'
import { javaCommand } from '../../scripts/prerequisites.mjs'
import { recordProcess } from '../../scripts/process-list.ts'

import { freePort } from './postgres.setup.ts'

export interface EngineHost {
  /** Base of the REST API, without a trailing slash. */
  readonly url: string
  readonly apiToken: string
  readonly workerToken: string
  readonly port: number
  readonly pid: number
  /** What the host printed so far, for the message of a failing test. */
  output(): string
  /** Sends the signal and resolves when the process has ended; SIGKILL is the fault under test. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Ends it in good order. */
  stop(): Promise<void>
}

const API_TOKEN = 'test-api-token-0123456789abcdef'
const WORKER_TOKEN = 'test-worker-token-0123456789abcdef'

/**
 * Starts the real engine on the given database and resolves when it answers. ENGINE_JAR chooses
 * another build of the same host (Operaton). Give `port` to bring a killed engine back where its
 * clients look for it. `env` overrides single settings of engine/host/README.md.
 */
export async function startEngineHost(options: {
  readonly engineUrl: string
  readonly jar?: string
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}): Promise<EngineHost> {
  const root = join(import.meta.dirname, '../..')
  const jar =
    options.jar ?? process.env['ENGINE_JAR'] ?? join(root, 'engine/host/target/engine-host.jar')
  if (!existsSync(jar)) throw new Error(`${jar} is missing: run npm run build:engine`)
  const port = options.port ?? (await freePort())
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...(process.env['JAVA_HOME'] ? { JAVA_HOME: process.env['JAVA_HOME'] } : {}),
    ENGINE_HOST: '127.0.0.1',
    ENGINE_PORT: String(port),
    ENGINE_DATABASE_URL: options.engineUrl,
    ENGINE_SCHEMA: 'engine',
    ENGINE_API_TOKEN: API_TOKEN,
    ENGINE_WORKER_TOKEN: WORKER_TOKEN,
    ...options.env,
  }
  // Start-up is most of a short test's time: the first compiler tier and the serial collector.
  const flags = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const fast = await fastEngine({ jar, env, say: () => undefined })
  const child = spawn(javaCommand(), [...flags, ...fast], {
    // Leads its own process group, which is how the list of processes ends it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  if (child.pid) recordProcess(inject('postgres').processList, 'engine', child.pid)
  let printed = ''
  const keep = (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-20_000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const killOnExit = () => child.kill('SIGKILL')
  process.once('exit', killOnExit)
  void exited.then(() => process.removeListener('exit', killOnExit))

  async function kill(signal: NodeJS.Signals): Promise<void> {
    child.kill(signal)
    const impatience = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await exited
    clearTimeout(impatience)
  }

  const running = () => child.exitCode === null && child.signalCode === null
  for (let attempt = 0; !(await healthy(port)); attempt += 1) {
    if (!running() || attempt === 1200) {
      await kill('SIGKILL')
      throw new Error(`the engine did not come up:\n${printed}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url: `http://127.0.0.1:${port}/engine-rest`,
    apiToken: API_TOKEN,
    workerToken: WORKER_TOKEN,
    port,
    pid: child.pid ?? 0,
    output: () => printed,
    kill,
    stop: () => kill('SIGTERM'),
  }
}

async function healthy(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, {
      signal: AbortSignal.timeout(2_000),
    })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}
