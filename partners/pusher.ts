import type { Faults } from './faults.ts'

export interface PusherOptions<Item> {
  /** True when the receiver took it. Throwing counts as not taken. */
  send: (item: Item) => Promise<boolean>
  /** Called once for each item, after the first time it was taken. */
  taken: (item: Item) => void
  /** Wait before try number `tries + 1`, or undefined to give up. */
  retryAfterMs: (tries: number) => number | undefined
  faults: Faults
}

interface Waiting<Item> {
  item: Item
  tries: number
  /** On the process's monotonic clock: the wall clock may be set by a test. */
  notBefore: number
}

/** How far apart shuffled pushes may be sent. */
const SHUFFLE_MS = 200

export type Pusher<Item> = ReturnType<typeof createPusher<Item>>

/** Sends items one after the other until each is taken: at least once, in order unless faults say no. */
export function createPusher<Item>({ send, taken, retryAfterMs, faults }: PusherOptions<Item>) {
  const waiting: Waiting<Item>[] = []
  const seen = new Set<Item>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let closed = false

  function wake(): void {
    if (closed || running) return
    clearTimeout(timer)
    const next = earliest()
    if (!next) return
    timer = setTimeout(
      () => {
        running = drain().finally(() => {
          running = undefined
          wake()
        })
      },
      Math.max(0, next.notBefore - performance.now()),
    )
  }

  async function drain(): Promise<void> {
    for (let next = earliest(); !closed && next; next = earliest()) {
      if (next.notBefore > performance.now()) return
      waiting.splice(waiting.indexOf(next), 1)
      await push(next)
    }
  }

  async function push(entry: Waiting<Item>): Promise<void> {
    const accepted = await send(entry.item).catch(() => false)
    if (accepted) {
      if (!seen.has(entry.item)) taken(entry.item)
      seen.add(entry.item)
      return
    }
    const wait = retryAfterMs(entry.tries + 1)
    if (wait === undefined) return
    waiting.push({ ...entry, tries: entry.tries + 1, notBefore: performance.now() + wait })
  }

  function earliest(): Waiting<Item> | undefined {
    let first: Waiting<Item> | undefined
    for (const entry of waiting) if (!first || entry.notBefore < first.notBefore) first = entry
    return first
  }

  return {
    add(item: Item): void {
      const { duplicatePush, shufflePush } = faults.get()
      for (let copy = 0; copy <= duplicatePush; copy += 1) {
        const later = shufflePush ? faults.random() * SHUFFLE_MS : 0
        waiting.push({ item, tries: 0, notBefore: performance.now() + later })
      }
      wake()
    },
    /** Items (with their extra copies) that are still to be sent. */
    pending: () => waiting.length + (running ? 1 : 0),
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
