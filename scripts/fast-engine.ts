import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

import { javaCommand } from './prerequisites.mjs'

const run = promisify(execFile)

/** Longer than any training run: a lock this old was left by a process that was killed. */
const STALE_LOCK_MS = 300_000

/**
 * Arguments for `java` that start the engine host at half the CPU time of the plain jar (measured
 * on two busy cores: 19-22 s against 11 s of CPU): the jar unpacked, and the parsed classes in an
 * archive the JVM maps into memory (class data sharing). Both are made at the first call for a
 * jar, by one training run on the given database; when that is impossible, the plain jar it is.
 * `env` holds the ENGINE_* variables of the run to come.
 */
export async function fastEngine(options: {
  readonly jar: string
  readonly env: Readonly<Record<string, string>>
  readonly say: (line: string) => void
}): Promise<readonly string[]> {
  const { jar, env, say } = options
  const folder = jar.replace(/\.jar$/, '-fast')
  const archive = join(folder, 'classes.jsa')
  const unpacked = join(folder, basename(jar))
  const fast = [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto', '-jar', unpacked]
  const plain = ['-jar', jar]
  const fingerprint = await fingerprintOf(jar)
  const stamp = join(folder, 'made-from')
  if (readStamp(stamp) === fingerprint) return fast
  const unlock = lock(`${folder}.lock`)
  if (!unlock) return plain
  try {
    say(
      '引擎首次启动，预热一次（以后快一倍）… training run of the engine, halves every later start',
    )
    rmSync(folder, { recursive: true, force: true })
    // The archive remembers absolute paths, so it is made where it will be used.
    const java = (args: string[]) =>
      run(javaCommand(), args, { env: { ...env }, timeout: 180_000, killSignal: 'SIGKILL' })
    await java(['-Djarmode=tools', '-jar', jar, 'extract', '--destination', folder])
    await java([
      `-XX:ArchiveClassesAtExit=${archive}`,
      '-Dspring.context.exit=onRefresh',
      '-jar',
      unpacked,
    ])
    statSync(archive)
    writeFileSync(stamp, fingerprint)
    return fast
  } catch {
    // An older JDK, another packaging, no disk: slower, and in every other way the same.
    rmSync(folder, { recursive: true, force: true })
    return plain
  } finally {
    unlock()
  }
}

/** The archive fits one build and one JVM. */
async function fingerprintOf(jar: string): Promise<string> {
  const { mtimeMs, size } = statSync(jar)
  const { stderr } = await run(javaCommand(), ['-version'])
  return `${size} ${mtimeMs} ${stderr}`
}

function readStamp(stamp: string): string | undefined {
  try {
    return readFileSync(stamp, 'utf8')
  } catch {
    // Never made, or not to its end.
    return undefined
  }
}

function lock(folder: string): (() => void) | undefined {
  const take = () => {
    mkdirSync(folder)
    return () => rmSync(folder, { recursive: true, force: true })
  }
  try {
    return take()
  } catch {
    try {
      if (Date.now() - statSync(folder).mtimeMs < STALE_LOCK_MS) return undefined
      rmSync(folder, { recursive: true, force: true })
      return take()
    } catch {
      // Someone else was quicker, or the folder cannot be written at all.
      return undefined
    }
  }
}
