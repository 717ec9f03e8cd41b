import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Starts the watchdog on a list of processes and holds the pipe whose closing tells it that this
 * process is gone; a temporary folder goes with the processes. `release` is for the orderly end,
 * after everything on the list was stopped.
 */
export function startWatchdog(
  listFile: string,
  logFile: string,
  temporaryFolder?: string,
): { release: () => Promise<void> } {
  const log = openSync(logFile, 'w', 0o600)
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(import.meta.dirname, 'watchdog.ts'),
      listFile,
      ...(temporaryFolder ? [temporaryFolder] : []),
    ],
    { cwd: join(import.meta.dirname, '..'), detached: true, stdio: ['pipe', log, log] },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stdin?.on('error', () => undefined)
  return {
    release: async () => {
      child.stdin?.end()
      await ended
    },
  }
}
