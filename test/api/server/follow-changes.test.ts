import { afterAll, beforeAll, expect, it } from 'vitest'

import { systemClock } from '../../../core/clock/clock.ts'
import { followChanges } from '../../../server/follow-changes.ts'
import { createTestDatabase } from '../../support/database.ts'

let database: Awaited<ReturnType<typeof createTestDatabase>>
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.close())

it('tells the cache within the five seconds of its belief that the connection stands', async () => {
  const began = systemClock.now()
  let changes: ReturnType<typeof followChanges> | undefined
  const until = await new Promise<Date>((resolve, reject) => {
    changes = followChanges({
      databaseUrl: database.url,
      statusCache: { trust: () => undefined, changed: () => undefined, heard: resolve },
      clock: systemClock,
      onLost: reject,
    })
  })
  await changes?.close()
  expect(until.getTime()).toBeGreaterThan(began.getTime())
  expect(systemClock.now().getTime() - began.getTime()).toBeLessThan(5_000)
})
