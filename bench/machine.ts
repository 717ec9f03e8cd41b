import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release } from 'node:os'

import type pg from 'pg'

import { javaCommand } from '../scripts/prerequisites.mjs'

/** What the figures were taken on. Nothing that names the machine itself. */
export async function describeMachine(
  root: string,
  db: pg.Client,
): Promise<Record<string, string>> {
  const { rows } = await db.query<{ version: string; fsync: string; commit: string }>(
    `select version(), current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
  )
  const [postgres] = rows
  const model = /model name\s*:\s*(.+)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]
  return {
    cpu: `${cpus().length} x ${model ?? cpus()[0]?.model ?? 'unknown'}`,
    load: loadavg()
      .map((l) => l.toFixed(1))
      .join(' '),
    kernel: release(),
    node: process.version,
    java: said(javaCommand(), ['-version']),
    postgres: (postgres?.version ?? '').split(' on ')[0] ?? '',
    fsync: `${postgres?.fsync ?? '?'}, synchronous_commit ${postgres?.commit ?? '?'}`,
    engine: 'Camunda 7.24.0 on both sides; theirs with the starter\'s history level "full"',
    commit: said('git', ['-C', root, 'describe', '--always', '--dirty']),
  }
}

function said(command: string, args: readonly string[]): string {
  try {
    // java -version speaks on stderr.
    const out = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', command, ...args], { encoding: 'utf8' })
    return out.split('\n')[0]?.trim() ?? ''
  } catch {
    return 'unknown'
  }
}
