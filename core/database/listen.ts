import pg from 'pg'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000
/** A connection whose other end vanished without a word looks alive for ever without this. */
const HEARTBEAT_MS = 15_000

export interface Listener {
  /** Calls `handler` with the payload of every NOTIFY on the channel; gives the way to stop. */
  subscribe(channel: string, handler: (payload: string) => void): () => void
  /** Called after a lost connection is back: whatever was notified in between went unheard. */
  onReconnect(handler: () => void): () => void
  /** Resolves when the first connection stands and listens to what was subscribed until then. */
  ready(): Promise<void>
  /**
   * Resolves when the connection has answered: whatever was notified before the call has been heard by then.
   * @throws while PostgreSQL is away
   */
  prove(): Promise<void>
  close(): Promise<void>
}

/**
 * One LISTEN connection for the whole process. It never throws at its users: while PostgreSQL is
 * away it tries again (0.1 s growing to 5 s), then listens to all channels anew and says so.
 * A notification is a hint to look, never the message itself; who misses one finds the row later.
 */
export function createListener(options: {
  readonly url: string
  readonly applicationName?: string
  /** Told each failed attempt, for the log. */
  readonly onError?: (error: Error) => void
}): Listener {
  const { url, applicationName = 'listener', onError = () => undefined } = options
  const channels = new Map<string, Set<(payload: string) => void>>()
  const reconnectHandlers = new Set<() => void>()
  let announceReady: () => void = () => undefined
  const firstConnection = new Promise<void>((resolve) => (announceReady = resolve))
  let client: pg.Client | undefined
  let connecting: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined
  let closed = false
  let connectedBefore = false
  let failures = 0

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: url,
      application_name: applicationName,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: 10_000,
    })
    next.on('error', (error) => lost(next, error))
    next.on('end', () => lost(next, new Error('the LISTEN connection ended')))
    next.on('notification', ({ channel, payload }) => {
      for (const handler of channels.get(channel) ?? []) handler(payload ?? '')
    })
    client = next
    try {
      await next.connect()
      for (const channel of channels.keys()) await listen(next, channel)
    } catch (error) {
      lost(next, error instanceof Error ? error : new Error('LISTEN failed', { cause: error }))
      return
    }
    if (client !== next) return
    failures = 0
    const again = connectedBefore
    connectedBefore = true
    announceReady()
    if (again) for (const handler of reconnectHandlers) handler()
  }

  function lost(from: pg.Client, error: Error): void {
    if (client !== from) return
    client = undefined
    void from.end().catch(() => undefined)
    if (closed) return
    onError(error)
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
    failures += 1
    retry = setTimeout(open, wait * (0.5 + Math.random() / 2))
  }

  function open(): void {
    retry = undefined
    connecting = connect()
  }

  async function prove(): Promise<void> {
    const current = client
    if (!connectedBefore || !current) throw new Error('not listening')
    await current.query('select 1').catch((error: Error) => {
      lost(current, error)
      throw error
    })
  }

  // Whoever uses the listener was told by onError.
  const heartbeat = setInterval(() => void prove().catch(() => undefined), HEARTBEAT_MS)
  heartbeat.unref()
  open()

  return {
    subscribe(channel, handler) {
      const handlers = channels.get(channel) ?? new Set()
      handlers.add(handler)
      channels.set(channel, handlers)
      const current = client
      // A connection still being made reads the channels itself, below; asking twice is harmless.
      if (handlers.size === 1 && current && connectedBefore)
        listen(current, channel).catch((error: Error) => lost(current, error))
      return () => void handlers.delete(handler)
    },
    onReconnect(handler) {
      reconnectHandlers.add(handler)
      return () => void reconnectHandlers.delete(handler)
    },
    ready: () => firstConnection,
    prove,
    async close() {
      closed = true
      clearInterval(heartbeat)
      clearTimeout(retry)
      const current = client
      client = undefined
      await connecting
      await current?.end().catch(() => undefined)
    },
  }
}

async function listen(client: pg.Client, channel: string): Promise<void> {
  await client.query(`listen ${client.escapeIdentifier(channel)}`)
}
