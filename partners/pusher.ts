import type { Faults } from './faults.ts'

export interface PusherOptions<Item> {
  /** True when the receiver took them. Throwing counts as not taken. */
  send: (items: [Item, ...Item[]]) => Promise<boolean>
  /** Called once for each item, after the first time it was taken. */
  taken: (item: Item) => void
  /** Wait before try number `tries + 1`, or undefined to give up. */
  retryAfterMs: (tries: number) => number | undefined
  faults: Faults
  /** What falls due within `ms` goes out in one push of at most so many; without it each item goes alone and at once. */
  gather?: { ms: number; most: number }
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

/** Makes one push after the other until each item is taken: at least once, in order unless faults say no. */
export function createPusher<Item>(options: PusherOptions<Item>) {
  const { send, taken, retryAfterMs, faults, gather = { ms: 0, most: 1 } } = options
  const waiting: Waiting<Item>[] = []
  const seen = new Set<Item>()
  let timer: NodeJS.Timeout | undefined
  let flying = 0
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
      Math.max(0, next.notBefore + gather.ms - performance.now()),
    )
  }

  async function drain(): Promise<void> {
    for (let next = earliest(); !closed && next; next = earliest()) {
      if (next.notBefore + gather.ms > performance.now()) return
      await push(takeWith(next))
    }
  }

  /** The item whose time is up, and what else is due by now. */
  function takeWith(first: Waiting<Item>): Waiting<Item>[] {
    const now = performance.now()
    const others = waiting
      .filter((entry) => entry !== first && entry.notBefore <= now)
      .sort((a, b) => a.notBefore - b.notBefore)
      .slice(0, gather.most - 1)
    const batch = [first, ...others]
    for (const entry of batch) waiting.splice(waiting.indexOf(entry), 1)
    return batch
  }

  async function push(batch: readonly Waiting<Item>[]): Promise<void> {
    flying = batch.length
    const items = batch.map(({ item }) => item) as [Item, ...Item[]]
    const accepted = await send(items).catch(() => false)
    flying = 0
    for (const entry of batch) {
      if (accepted) settle(entry.item)
      else again(entry)
    }
  }

  function settle(item: Item): void {
    if (!seen.has(item)) taken(item)
    seen.add(item)
  }

  function again(entry: Waiting<Item>): void {
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
    pending: () => waiting.length + flying,
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
