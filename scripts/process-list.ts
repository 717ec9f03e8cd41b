import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/**
 * The processes of one `npm start`, written down as they are made: the start itself, its watchdog
 * and the next start all read the same list, so nothing outlives the folder it works on.
 */
export interface ProcessEntry {
  readonly name: string
  /** Also the id of its process group: every child leads one of its own. */
  readonly pid: number
  /** Clock ticks of its birth: a recycled pid is another process. */
  readonly born: string
}

/** Whoever writes stops before whoever is written to. Names not listed stop first. */
const STOP_ORDER = ['workers', 'server', 'engine', 'partners', 'postgres']

const GRACE_MS = 10_000

export function recordProcess(file: string, name: string, pid: number): ProcessEntry {
  const entry = { name, pid, born: birthOf(pid) ?? '' }
  appendFileSync(file, `${JSON.stringify(entry)}\n`)
  return entry
}

export function readProcesses(file: string): ProcessEntry[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as ProcessEntry)
}

export function isAlive(entry: { readonly pid: number; readonly born: string }): boolean {
  return entry.born !== '' && birthOf(entry.pid) === entry.born
}

/** Birth in clock ticks since boot, undefined when there is no such process or only its shell. */
export function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may itself hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/**
 * Ends the processes one after another: asked first, killed after ten seconds, and then whatever
 * they left in their group. PostgreSQL is asked for a fast shutdown, which does not wait for
 * sessions to end by themselves.
 */
export async function stopInOrder(
  entries: readonly ProcessEntry[],
  onStop: (name: string) => void = () => undefined,
): Promise<void> {
  const rank = (entry: ProcessEntry) => STOP_ORDER.indexOf(entry.name)
  for (const entry of [...entries].sort((a, b) => rank(a) - rank(b))) {
    if (!isAlive(entry)) continue
    onStop(entry.name)
    send(entry.pid, entry.name === 'postgres' ? 'SIGINT' : 'SIGTERM')
    for (let waited = 0; isAlive(entry) && waited < GRACE_MS; waited += 50) await pause()
    send(-entry.pid, 'SIGKILL')
    if (isAlive(entry)) send(entry.pid, 'SIGKILL')
    while (isAlive(entry)) await pause()
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone in the meantime, which is what was wanted.
  }
}
