/** The engine host's own tests (JUnit), on a real PostgreSQL that lives as long as they do. */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startPostgres } from './embedded-postgres.ts'
import type { EngineProduct } from './engine-jar.ts'
import { freePort } from './ports.ts'
import { checkMaven } from './prerequisites.mjs'
import { readProcesses, recordProcess, stopInOrder } from './process-list.ts'
import { startWatchdog } from './start-watchdog.ts'

export interface JavaCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface JavaTestsOptions {
  readonly root: string
  readonly product: EngineProduct
  readonly env: Readonly<Record<string, string>>
}

const PASSWORD = 'test-superuser'

/** @returns Maven's exit code and what the reports of this very run say */
export async function runJavaTests(
  options: JavaTestsOptions,
): Promise<{ readonly code: number; readonly counts: JavaCounts }> {
  const { root, product } = options
  checkMaven()
  const folder = mkdtempSync(join(tmpdir(), 'yichuang-java-'))
  // As root the cluster runs as another user, who must be able to pass.
  chmodSync(folder, 0o711)
  const processList = join(folder, 'processes.jsonl')
  writeFileSync(processList, '')
  const watchdog = startWatchdog(processList, join(folder, 'watchdog.log'), folder)
  const reports = join(root, 'engine/host', REPORTS[product])
  rmSync(reports, { recursive: true, force: true })
  try {
    const { superuserUrl } = await startPostgres({
      dataDir: join(folder, 'pg'),
      port: await freePort(),
      superuserPassword: PASSWORD,
      logFile: join(folder, 'postgres.log'),
      settings: { max_connections: '100', shared_buffers: '64MB', io_method: 'sync' },
      onSpawn: ({ pid }, program) => pid && recordProcess(processList, program, pid),
    })
    const code = await maven(options, superuserUrl)
    return { code, counts: readReports(reports) }
  } finally {
    await stopInOrder(readProcesses(processList))
    await watchdog.release()
  }
}

const REPORTS: Readonly<Record<EngineProduct, string>> = {
  camunda: 'target/surefire-reports',
  operaton: 'target-operaton/surefire-reports',
}

function maven({ root, product, env }: JavaTestsOptions, databaseUrl: string): Promise<number> {
  const profile = product === 'operaton' ? ['-Poperaton'] : []
  return new Promise((resolve) => {
    const child = spawn('mvn', ['-q', '-B', '-f', 'engine/host/pom.xml', ...profile, 'test'], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...env, ENGINE_TEST_DATABASE_URL: databaseUrl },
    })
    child.once('error', () => resolve(127))
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/** One `<testsuite tests=".." failures=".." errors=".." skipped="..">` a class. */
export function readReports(folder: string): JavaCounts {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!/^TEST-.*\.xml$/.test(name)) continue
    const suite = /<testsuite\b[^>]*>/.exec(readFileSync(join(folder, name), 'utf8'))?.[0] ?? ''
    const of = (attribute: string) =>
      Number(new RegExp(`\\s${attribute}="(\\d+)"`).exec(suite)?.[1] ?? 0)
    const failed = of('failures') + of('errors')
    sum.failed += failed
    sum.skipped += of('skipped')
    sum.passed += of('tests') - failed - of('skipped')
  }
  return sum
}
