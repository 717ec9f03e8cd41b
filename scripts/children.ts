import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { isAlive, recordProcess, stopInOrder, type ProcessEntry } from './process-list.ts'
import { startProblem } from './start-problems.ts'

export interface ChildSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export interface Children {
  /** Starts a process that is to stay; its end before `stopAll` is a fault. */
  start(spec: ChildSpec): void
  /** Writes a process started elsewhere down, so that it is stopped with the others. */
  track(name: string, child: ChildProcess): void
  /** The same for one that is to stay: its end before `stopAll` is a fault. */
  adopt(name: string, child: ChildProcess): void
  /** Runs a program to its end and gives what it printed on stdout; throws when it fails. */
  run(spec: ChildSpec): Promise<string>
  logFile(name: string): string
  /** Rejects with the fault as soon as one that should stay ends; never resolves. */
  readonly firstDeath: Promise<never>
  stopAll(onStop?: (name: string) => void): Promise<void>
}

/**
 * The children of `npm start`. Each leads a process group of its own, so that Ctrl-C in the
 * terminal reaches only the start, which then stops them in order; each writes straight into its
 * log file, so that a last word is not lost with the parent.
 */
export function createChildren(folders: {
  readonly logs: string
  readonly listFile: string
}): Children {
  const entries: ProcessEntry[] = []
  const opened = new Set<string>()
  let stopping = false
  let announceDeath: (fault: Error) => void = () => undefined
  const firstDeath = new Promise<never>((_, reject) => (announceDeath = reject))
  // Nobody may be waiting yet when the first child dies.
  firstDeath.catch(() => undefined)

  function logFile(name: string): string {
    const file = join(folders.logs, `${name}.log`)
    if (!opened.has(name)) {
      opened.add(name)
      // The log of the run before is kept once: it tells why that one ended.
      if (existsSync(file)) renameSync(file, `${file}.1`)
      writeFileSync(file, '', { mode: 0o600 })
    }
    return file
  }

  function launch(spec: ChildSpec, stdout: 'log' | 'pipe'): ChildProcess {
    if (stopping) throw startProblem.stoppedWhileStarting()
    const log = openSync(logFile(spec.name), 'a', 0o600)
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', stdout === 'log' ? log : 'pipe', log],
    })
    closeSync(log)
    track(spec.name, child)
    return child
  }

  function track(name: string, child: ChildProcess): void {
    if (child.pid !== undefined) entries.push(recordProcess(folders.listFile, name, child.pid))
    if (!stopping) return
    // Asked to stop while it was being made: stopAll has already gone through the list.
    child.kill('SIGKILL')
    throw startProblem.stoppedWhileStarting()
  }

  function watch(name: string, child: ChildProcess): void {
    const died = () => {
      if (!stopping)
        announceDeath(startProblem.childDied(name, logFile(name), lastLine(logFile(name))))
    }
    child.once('exit', died)
    child.once('error', died)
  }

  return {
    start: (spec) => watch(spec.name, launch(spec, 'log')),
    track,
    adopt(name, child) {
      track(name, child)
      watch(name, child)
    },
    async run(spec) {
      const child = launch(spec, 'pipe')
      let printed = ''
      child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      const code = await new Promise<number | null>((resolve) => {
        child.once('error', () => resolve(null))
        child.once('close', resolve)
      })
      if (code === 0) return printed
      if (stopping) throw startProblem.stoppedWhileStarting()
      const file = logFile(spec.name)
      throw startProblem.stepFailed(
        spec.name,
        file,
        lastLine(file) || printed.trim().split('\n').at(-1) || '',
      )
    },
    logFile,
    firstDeath,
    async stopAll(onStop) {
      stopping = true
      await stopInOrder(entries.filter(isAlive), onStop)
    },
  }
}

/** The line a person would quote: the last that speaks of an error, else simply the last. */
function lastLine(file: string): string {
  const lines = readFileSync(file, 'utf8')
    .slice(-8_000)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '))
  const telling = lines.findLast((line) => /error|refused|missing|fault|cannot/i.test(line))
  return (telling ?? lines.at(-1) ?? '').slice(0, 300)
}
