import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createWakeLoop } from '../../../workers/wake-loop.ts'

const log = pino({ level: 'silent' })
const turnsOver = () => new Promise((resolve) => setImmediate(resolve))

describe('a woken loop', () => {
  it('makes one turn at a time, and one more for all wakes during a turn', async () => {
    let open = 0
    let most = 0
    let turns = 0
    let finish = (): void => undefined
    const loop = createWakeLoop({
      name: 'test',
      sweepMs: 3_600_000,
      log,
      turn: async () => {
        turns += 1
        most = Math.max(most, (open += 1))
        await new Promise<void>((resolve) => (finish = () => resolve()))
        open -= 1
        return false
      },
    })
    loop.start()
    loop.wake()
    loop.wake()
    loop.wake()
    finish()
    await turnsOver()
    expect(turns).toBe(2)
    finish()
    await turnsOver()
    expect(turns).toBe(2)
    expect(most).toBe(1)
    await loop.stop()
  })

  it('goes on while there is more, and not before it is started or after it is stopped', async () => {
    let left = 5
    const loop = createWakeLoop({
      name: 'test',
      sweepMs: 3_600_000,
      log,
      turn: async () => (left -= 1) > 0,
    })
    loop.wake()
    expect(left).toBe(5)
    loop.start()
    await turnsOver()
    expect(left).toBe(0)
    await loop.stop()
    loop.wake()
    expect(left).toBe(0)
  })

  it('survives a turn that throws, and notifications do not hammer what is broken', async () => {
    let turns = 0
    const loop = createWakeLoop({
      name: 'test',
      sweepMs: 3_600_000,
      log,
      turn: async () => {
        turns += 1
        throw new Error('the database is away')
      },
    })
    loop.start()
    await turnsOver()
    for (let i = 0; i < 50; i += 1) loop.wake()
    await turnsOver()
    expect(turns).toBe(1)
    expect(loop.counters.failures).toBe(1)
    await loop.stop()
  })
})
