import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEngineTransport } from '../../../workers/engine-transport.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the pause before a fetch', () => {
  /** Goes as far as `got` would before it sends; tells whether the fetch is out after so many milliseconds. */
  function fetchOf(transport: ReturnType<typeof createEngineTransport>) {
    const { hooks } = transport.intercept({ json: { topics: [] } }) as unknown as {
      hooks: { beforeRequest: readonly (() => Promise<void>)[] }
    }
    let end: 'waiting' | 'sent' | 'given up' = 'waiting'
    void hooks.beforeRequest[0]?.().then(
      () => (end = 'sent'),
      () => (end = 'given up'),
    )
    return async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      return end
    }
  }
  const transport = () =>
    createEngineTransport({ token: 't', connections: 1, asyncResponseTimeoutMs: 500 })

  it('is none after a lone task or none at all, and a short one while tasks flow', async () => {
    const line = transport()
    for (const tasks of [0, 1]) {
      line.fetched(tasks)
      expect(await fetchOf(line)(0)).toBe('sent')
    }
    line.fetched(2)
    const after = fetchOf(line)
    expect(await after(24)).toBe('waiting')
    expect(await after(1)).toBe('sent')
    line.close()
  })

  it('grows with faults, ends with the first answer, and is given up at stop', async () => {
    const line = transport()
    line.fetchFailed()
    line.fetchFailed()
    const after = fetchOf(line)
    expect(await after(100)).toBe('waiting')
    expect(await after(400)).toBe('sent')
    line.fetched(1)
    expect(await fetchOf(line)(0)).toBe('sent')
    line.fetched(5)
    const last = fetchOf(line)
    line.stopFetching()
    expect(await last(0)).toBe('given up')
    line.close()
  })
})
