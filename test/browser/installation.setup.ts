import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestProject } from 'vitest/node'

import { freePort } from '../support/postgres.setup.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** where the whole system answers */
    installation: string
  }
}

const PORTS = ['SERVER_PORT', 'ENGINE_PORT', 'POSTGRES_PORT', 'PARTNERS_PORT', 'PARTNERS_SMTP_PORT']
/** A first start may have to build the engine host. */
const PATIENCE_MS = 280_000

/**
 * vitest globalSetup: what a person types, `npm start`, in a folder and on ports of its own. With INSTALLATION (an address)
 * a system that already runs is used instead.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env['INSTALLATION']
  if (running) {
    project.provide('installation', running)
    return async () => undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'yichuang-browser-'))
  const ports = await Promise.all(
    PORTS.map(async (name) => [name, String(await freePort())] as const),
  )
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...Object.fromEntries<string>(ports), DATA_DIR: join(folder, 'data') },
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const teardown = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    project.provide('installation', await readyAddress(child, ended))
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}

/** The address in the one line `npm start` ends with. */
function readyAddress(child: ReturnType<typeof spawn>, ended: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const fail = (why: string) => reject(new Error(`npm start ${why}:\n${printed}`))
    const impatience = setTimeout(() => fail('was not ready in time'), PATIENCE_MS)
    const read = (chunk: Buffer) => {
      printed += chunk.toString()
      const address = /^ready (\S+)$/m.exec(printed)?.[1]
      if (address === undefined) return
      clearTimeout(impatience)
      resolve(address)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    void ended.then(() => {
      clearTimeout(impatience)
      fail('ended')
    })
  })
}
