import { createHash } from 'node:crypto'

import { LRUCache } from 'lru-cache'

import type { Clock } from '../../core/clock/clock.ts'
import type { StatusView } from '../../contracts/status-view.ts'

export interface StatusAnswer {
  readonly etag: string
  readonly body: Buffer
  readonly revision: string
  /** an act is on its way into the engine: this answer will soon be older than the truth */
  readonly settling: boolean
}

interface Entry extends StatusAnswer {
  checkedAt: number
}

export interface StatusCache {
  /** The answer in memory when it is known to be true, without asking anybody. */
  remembered(caseNo: string): StatusAnswer | undefined
  /** @throws CASE_NOT_FOUND */
  get(caseNo: string): Promise<StatusAnswer>
  /** Calls `handler` after the case changed; gives the way to stop. */
  watch(caseNo: string, handler: () => void): () => void
  /** From the listener: the channel stands, or it does not and nothing may be believed unchecked. */
  trust(listening: boolean): void
  /** From the listener: whatever was notified before `until` has been heard. */
  heard(until: Date): void
  /** From NOTIFY case_changed. */
  changed(caseNo: string): void
}

/** A notification lost without a word (a dead connection not yet noticed) may not age an answer beyond this. */
const MAX_UNCHECKED_MS = 5_000
/** The outbox marks a command done without touching the case. */
const MAX_SETTLING_MS = 500

/**
 * Rendered status answers in memory, thrown away by NOTIFY `case_changed`. While the listener is down, or has
 * not proved for five seconds that it stands, each request compares the revision in PostgreSQL (one index look-up). The
 * engine is never asked.
 */
export function createStatusCache(options: {
  readonly load: (caseNo: string) => Promise<{ revision: string; view: StatusView }>
  readonly revisionOf: (caseNo: string) => Promise<string>
  readonly clock: Clock
  readonly max?: number
}): StatusCache {
  const { load, revisionOf, clock, max = 20_000 } = options
  const entries = new LRUCache<string, Entry>({ max })
  const loading = new Map<string, { promise: Promise<StatusAnswer>; stale: boolean }>()
  const watchers = new Map<string, Set<() => void>>()
  let trusted = false
  let heardUntil = 0

  function remembered(caseNo: string): Entry | undefined {
    const entry = entries.get(caseNo)
    if (entry === undefined || !trusted) return undefined
    const trueAt = entry.settling ? entry.checkedAt : Math.max(entry.checkedAt, heardUntil)
    const age = clock.now().getTime() - trueAt
    return age >= 0 && age < (entry.settling ? MAX_SETTLING_MS : MAX_UNCHECKED_MS)
      ? entry
      : undefined
  }

  async function get(caseNo: string): Promise<StatusAnswer> {
    const known = remembered(caseNo)
    if (known !== undefined) return known
    const entry = entries.get(caseNo)
    return entry === undefined || entry.settling ? fill(caseNo) : recheck(caseNo, entry)
  }

  function heard(until: Date): void {
    heardUntil = until.getTime()
  }

  async function recheck(caseNo: string, entry: Entry): Promise<StatusAnswer> {
    const checkedAt = clock.now().getTime()
    if ((await revisionOf(caseNo)) !== entry.revision) return fill(caseNo)
    entry.checkedAt = checkedAt
    return entry
  }

  /** One load for all who ask at once; an answer overtaken by a change while it was read is given but not kept. */
  function fill(caseNo: string): Promise<StatusAnswer> {
    const running = loading.get(caseNo)
    if (running && !running.stale) return running.promise
    const state = { promise: Promise.resolve().then(() => read(caseNo)), stale: false }
    state.promise = state.promise.finally(() => {
      if (loading.get(caseNo) === state) loading.delete(caseNo)
    })
    loading.set(caseNo, state)
    return state.promise.then((answer) => {
      if (!state.stale) entries.set(caseNo, { ...answer, checkedAt: clock.now().getTime() })
      return answer
    })
  }

  async function read(caseNo: string): Promise<StatusAnswer> {
    const { revision, view } = await load(caseNo)
    const body = Buffer.from(JSON.stringify(view))
    const digest = createHash('sha256').update(body).digest('base64url').slice(0, 27)
    return { revision, body, etag: `"${digest}"`, settling: view.settling }
  }

  function changed(caseNo: string): void {
    entries.delete(caseNo)
    const running = loading.get(caseNo)
    if (running) running.stale = true
    for (const handler of watchers.get(caseNo) ?? []) handler()
  }

  function trust(listening: boolean): void {
    trusted = listening
    if (!listening) return
    // Whatever was notified while the connection was away went unheard.
    entries.clear()
    for (const state of loading.values()) state.stale = true
    for (const handlers of watchers.values()) for (const handler of handlers) handler()
  }

  function watch(caseNo: string, handler: () => void): () => void {
    const handlers = watchers.get(caseNo) ?? new Set()
    handlers.add(handler)
    watchers.set(caseNo, handlers)
    return () => {
      handlers.delete(handler)
      if (handlers.size === 0) watchers.delete(caseNo)
    }
  }

  return { remembered, get, watch, trust, heard, changed }
}
