import { createListener } from '../core/database/listen.ts'
import type { StatusCache } from './hall/status-cache.ts'

/**
 * Feeds the status cache from NOTIFY `case_changed`. While the connection is away nothing in memory is believed unchecked;
 * when it is back everything in memory is forgotten.
 */
export function followChanges(options: {
  readonly databaseUrl: string
  readonly statusCache: StatusCache
  readonly onLost: (error: Error) => void
}): { readonly ready: Promise<void>; close(): Promise<void> } {
  const { databaseUrl, statusCache, onLost } = options
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
  return { ready, close: () => listener.close() }
}
