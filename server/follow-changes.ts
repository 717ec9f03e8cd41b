import type { Clock } from '../core/clock/clock.ts'
import { createListener } from '../core/database/listen.ts'
import type { StatusCache } from './hall/status-cache.ts'

/** Twice within the time the cache believes without proof (status-cache.ts). */
const PROOF_MS = 2_000

/**
 * Feeds the status cache from NOTIFY `case_changed`. While the connection is away nothing in memory is believed unchecked;
 * when it is back everything in memory is forgotten. That it still stands is asked once for all cases, not once for each.
 */
export function followChanges(options: {
  readonly databaseUrl: string
  readonly statusCache: Pick<StatusCache, 'trust' | 'heard' | 'changed'>
  readonly clock: Clock
  readonly onLost: (error: Error) => void
}): { readonly ready: Promise<void>; close(): Promise<void> } {
  const { databaseUrl, statusCache, clock, onLost } = options
  const listener = createListener({
    url: databaseUrl,
    applicationName: 'server listener',
    onError: (error) => {
      statusCache.trust(false)
      onLost(error)
    },
  })
  listener.subscribe('case_changed', (caseNo) => statusCache.changed(caseNo))
  listener.onReconnect(() => statusCache.trust(true))
  const ready = listener.ready().then(() => statusCache.trust(true))
  const proof = setInterval(() => {
    const askedAt = clock.now()
    // Without an answer nothing is heard; the listener tells onError when it gives the connection up.
    listener.prove().then(
      () => statusCache.heard(askedAt),
      () => undefined,
    )
  }, PROOF_MS)
  proof.unref()
  return {
    ready,
    async close() {
      clearInterval(proof)
      await listener.close()
    },
  }
}
