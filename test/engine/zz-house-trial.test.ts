import { it, expect } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startEngineHost } from '../support/engine-host.ts'
it('boots', async () => {
  const d = await createTestDatabase()
  for (const i of [1,2,3]) {
  const t = performance.now()
  const e = await startEngineHost({ engineUrl: d.engineUrl })
  console.log('boot ms', performance.now() - t)
  const v = await fetch(e.url + '/version', { headers: { authorization: 'Bearer ' + e.apiToken } })
  expect(v.status).toBe(200)
  console.log(e.output())
  await e.stop()
  }
  await d.close()
})
