import { readdirSync, readFileSync } from 'node:fs'

/** The kernel's USER_HZ; 100 on every Linux we run on. */
const TICK_MS = 10

interface ProcessTimes {
  readonly parent: number
  readonly own: number
  readonly reaped: number
}

/**
 * CPU milliseconds (user + system) that each named process and everything it started have used so far, children that have
 * ended included: a PostgreSQL backend belongs to its postmaster whether it still runs or not.
 */
export function cpuTimes(roots: ReadonlyMap<string, number>): Map<string, number> {
  const all = readAll()
  const children = new Map<number, number[]>()
  for (const [pid, { parent }] of all) children.set(parent, [...(children.get(parent) ?? []), pid])
  const total = (pid: number): number => {
    const times = all.get(pid)
    if (times === undefined) return 0
    return (children.get(pid) ?? []).reduce(
      (sum, child) => sum + total(child),
      times.own + times.reaped,
    )
  }
  return new Map([...roots].map(([name, pid]) => [name, total(pid) * TICK_MS]))
}

/** What was used between two readings, by name. */
export function cpuBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Record<string, number> {
  return Object.fromEntries([...after].map(([name, ms]) => [name, ms - (before.get(name) ?? 0)]))
}

function readAll(): Map<number, ProcessTimes> {
  const all = new Map<number, ProcessTimes>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const times = readTimes(name)
    if (times !== undefined) all.set(Number(name), times)
  }
  return all
}

function readTimes(pid: string): ProcessTimes | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // Ended between the listing and the reading.
    return undefined
  }
  // proc(5): after the name in brackets come state, ppid, …, utime (14), stime, cutime, cstime.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15)
  return { parent: fields[1] ?? 0, own: utime + stime, reaped: cutime + cstime }
}
