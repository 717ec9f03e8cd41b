import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'

import { createHttpClient } from '../../../scripts/demo/http-client.ts'
import { createCaseTokens } from '../../../server/hall/case-token.ts'
import { createStatusCache } from '../../../server/hall/status-cache.ts'
import { createPollingServer } from '../../../server/hall/status-shortcut.ts'
import type { StatusView } from '../../../contracts/status-view.ts'

const now = { ms: Date.UTC(2026, 10, 27) }
const clock = { now: () => new Date(now.ms) }
const caseTokens = createCaseTokens({ key: Buffer.alloc(32, 1), clock })
const statusCache = createStatusCache({
  load: async () => ({ revision: '1', view: { settling: false } as StatusView }),
  revisionOf: async () => '1',
  clock,
})
const CASE = 'TH260101-0001'
const PATH = `/api/hall/cases/${CASE}/status`

/** Stands for the framework: 418 tells that the shortcut left it the request. */
const server = createPollingServer((_request, response) => response.writeHead(418).end(), {
  statusCache,
  caseTokens,
  https: true,
})
let ask: (path: string, token: string, method?: 'GET' | 'POST') => Promise<number>
let known: string

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const http = createHttpClient({
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  })
  ask = async (path, token, method = 'GET') =>
    (await http.send(path, { method, headers: { authorization: `Bearer ${token}` } })).status
})
beforeEach(async () => {
  statusCache.trust(true)
  await statusCache.get(CASE)
  known = (await caseTokens.issue(CASE)).token
  await caseTokens.check(known)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

it('answers what is in memory to a token that was verified', async () => {
  expect(await ask(PATH, known)).toBe(200)
})

it('leaves a token it has not seen verified, and one changed by a letter, to the framework', async () => {
  now.ms += 1_000
  const { token } = await caseTokens.issue(CASE)
  expect(await ask(PATH, token)).toBe(418)
  expect(await ask(PATH, `${known.slice(0, -2)}xx`)).toBe(418)
})

it('leaves the token of another case to the framework', async () => {
  const { token } = await caseTokens.issue('TH260101-0002')
  await caseTokens.check(token)
  expect(await ask(PATH, token)).toBe(418)
})

it('leaves a token that is over to the framework', async () => {
  now.ms += 30 * 60_000
  await statusCache.get(CASE)
  expect(await ask(PATH, known)).toBe(418)
})

it('leaves a case that changed, and every case while nobody listens, to the framework', async () => {
  statusCache.changed(CASE)
  expect(await ask(PATH, known)).toBe(418)
  await statusCache.get(CASE)
  expect(await ask(PATH, known)).toBe(200)
  statusCache.trust(false)
  expect(await ask(PATH, known)).toBe(418)
})

it('leaves other methods and addresses to the framework', async () => {
  expect(await ask(PATH, known, 'POST')).toBe(418)
  expect(await ask(`${PATH}?x=1`, known)).toBe(418)
  expect(await ask(`/api/hall/cases/${CASE}/events`, known)).toBe(418)
})
