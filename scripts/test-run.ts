import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { baseEnvironment } from './child-environment.ts'
import { buildEngineJar, engineJar, type EngineProduct } from './engine-jar.ts'
import { runJavaTests } from './java-tests.ts'
import { root } from './prerequisites.mjs'
import { isStartProblem, sayProblem } from './start-problems.ts'

/** What one run of vitest says in its JSON report. */
interface Counts {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
}

interface Outcome {
  readonly step: string
  readonly ok: boolean
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const reports = mkdtempSync(join(tmpdir(), 'yichuang-reports-'))

/** Every suite in turn, all of them even after a failure; the last line is the sum. */
async function main(): Promise<number> {
  const long = process.argv.includes('--long')
  await buildEngines(long)
  const outcomes = long
    ? [await vitest('faults, long', 'faults', { LONG: '1' })]
    : [
        await check(),
        await vitest('api', 'api'),
        await java('engine host, JUnit, Camunda', 'camunda'),
        await java('engine host, JUnit, Operaton', 'operaton'),
        await vitest('engine, Camunda', 'engine', { ENGINE_JAR: engineJar(root, 'camunda') }),
        await vitest('engine, Operaton', 'engine', { ENGINE_JAR: engineJar(root, 'operaton') }),
        await vitest('browser', 'browser'),
        await vitest('faults, short', 'faults'),
      ]
  console.log('')
  for (const { step, ok, passed, failed, skipped } of outcomes) {
    console.log(`${ok ? '✓' : '✗'} ${step}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  }
  const sum = (name: 'passed' | 'failed' | 'skipped') =>
    outcomes.reduce((total, outcome) => total + outcome[name], 0)
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
  return outcomes.every(({ ok }) => ok) ? 0 : 1
}

async function buildEngines(long: boolean): Promise<void> {
  const options = {
    root,
    children: { run: runToEnd },
    env: baseEnvironment(process.env),
    say: (line: string) => console.log(`· ${line}`),
  }
  await buildEngineJar({ ...options, product: 'camunda' })
  if (!long) await buildEngineJar({ ...options, product: 'operaton' })
}

/** `npm run check` as it stands in package.json; its last command is the one that takes tests. */
async function check(): Promise<Outcome> {
  const report = join(reports, 'check.json')
  const code = await run('npm', ['run', 'check', '--', '--', ...reporters(report)], {})
  return outcomeOf('check (format, lint, types, arrows, core)', code, report)
}

async function vitest(
  step: string,
  project: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const report = join(reports, `${step.replaceAll(/\W+/g, '-')}.json`)
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [program, 'run', '--project', project, ...reporters(report)]
  console.log(`\n· ${step}`)
  return outcomeOf(step, await run(process.execPath, args, env), report)
}

async function java(step: string, product: EngineProduct): Promise<Outcome> {
  console.log(`\n· ${step}`)
  const env = baseEnvironment(process.env)
  const { code, counts } = await runJavaTests({ root, product, env })
  // A run that reports nothing has tested nothing, whatever Maven says.
  const ok = code === 0 && counts.passed > 0
  return { step, ok, ...counts, failed: !ok && counts.failed === 0 ? 1 : counts.failed }
}

function reporters(report: string): string[] {
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
}

/** A step that failed without a failed test (lint, a file that does not load) counts as one. */
function outcomeOf(step: string, code: number, report: string): Outcome {
  const counts = readCounts(report)
  const failed = counts?.numFailedTests ?? 0
  return {
    step,
    ok: code === 0,
    passed: counts?.numPassedTests ?? 0,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: (counts?.numPendingTests ?? 0) + (counts?.numTodoTests ?? 0),
  }
}

function readCounts(report: string): Counts | undefined {
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as Counts
  } catch {
    // The step ended before its tests began.
    return undefined
  }
}

async function runToEnd(spec: {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}): Promise<string> {
  const code = await run(spec.command, spec.args, {})
  if (code !== 0) throw new Error(`${spec.name} failed with code ${code}; its words stand above`)
  return ''
}

function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...baseEnvironment(process.env), ...env },
    })
    child.once('error', () => resolve(127))
    child.once('close', (code) => resolve(code ?? 1))
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(isStartProblem(error) ? sayProblem(error) : error)
  console.log('0 passed, 1 failed, 0 skipped')
  process.exitCode = 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}
