import { LRUCache } from 'lru-cache'
import type { Adapter } from 'oidc-provider'

type Payload = Record<string, unknown>

/**
 * Where the embedded provider keeps codes, grants and its own sign-in sessions: in memory, bounded, gone with the process
 * (the office's own sessions live in PostgreSQL). One store for each provider, so two in one process do not mix.
 */
export function createMemoryAdapter(): new (model: string) => Adapter {
  const store = new LRUCache<string, Payload>({ max: 20_000 })
  const grants = new LRUCache<string, Set<string>>({ max: 20_000 })

  return class MemoryAdapter implements Adapter {
    readonly model: string

    constructor(model: string) {
      this.model = model
    }

    async upsert(id: string, payload: Payload, expiresIn: number): Promise<void> {
      const key = this.key(id)
      store.set(key, payload, expiresIn > 0 ? { ttl: expiresIn * 1000 } : {})
      if (this.model === 'Session')
        store.set(`uid:${String(payload['uid'])}`, { id }, { ttl: expiresIn * 1000 })
      const grantId = payload['grantId']
      if (typeof grantId === 'string' && this.model !== 'Session') {
        const members = grants.get(grantId) ?? new Set()
        grants.set(grantId, members.add(key))
      }
    }

    async find(id: string): Promise<Payload | undefined> {
      return store.get(this.key(id))
    }

    async findByUid(uid: string): Promise<Payload | undefined> {
      const id = store.get(`uid:${uid}`)?.['id']
      return typeof id === 'string' ? this.find(id) : undefined
    }

    /** The device flow is off. */
    async findByUserCode(): Promise<undefined> {
      return undefined
    }

    async consume(id: string): Promise<void> {
      const found = store.get(this.key(id))
      // Seconds since the epoch, as the provider compares them; an authorization code works once.
      if (found) found['consumed'] = Math.floor(Date.now() / 1000)
    }

    async destroy(id: string): Promise<void> {
      store.delete(this.key(id))
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const key of grants.get(grantId) ?? []) store.delete(key)
      grants.delete(grantId)
    }

    key(id: string): string {
      return `${this.model}:${id}`
    }
  }
}
