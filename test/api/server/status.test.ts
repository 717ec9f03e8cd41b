import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { inTransaction } from '../../../core/database/transaction.ts'
import { getCase, touchCase } from '../../../core/cases/case-events.ts'
import { createStatusCache } from '../../../server/hall/status-cache.ts'
import type { StatusView } from '../../../contracts/status-view.ts'
import { bodyOf, openHouse, type House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ settings: { streamLimit: 2 } })
})
afterAll(() => house.close())

/** As the outbox and the engine would leave it: nothing on its way, so the answer may be kept. */
async function givenSettled() {
  const filed = await house.givenFiled()
  await house.db('engine_command').update({ done_at: house.clock.now() })
  const { id } = await getCase(house.db, { caseNo: filed.caseNo })
  await house.db('case_wait').insert({
    activity_instance_id: `a-${filed.caseNo}`,
    case_id: id,
    process_instance_id: 'p',
    activity_id: 'Task_Check',
    kind: 'topic',
    opened_at: house.clock.now(),
  })
  await touch(filed.caseNo)
  return { ...filed, path: `/api/hall/cases/${filed.caseNo}/status` }
}

async function touch(caseNo: string): Promise<void> {
  await inTransaction(house.db, async (trx) => touchCase(trx, await getCase(trx, { caseNo })))
}

const changed = (caseNo: string) =>
  new Promise<void>((resolve) => {
    const stop = house.services.statusCache.watch(caseNo, () => {
      stop()
      resolve()
    })
  })

describe('the status', () => {
  it('has an ETag and answers 304 to it until the case changes', async () => {
    const filed = await givenSettled()
    const first = await house.http.send(filed.path, { headers: filed.bearer })
    const etag = String(first.headers['etag'])
    expect(first.status).toBe(200)
    const again = await house.http.send(filed.path, {
      headers: { ...filed.bearer, 'if-none-match': etag },
    })
    expect(again.status).toBe(304)
    expect(again.text).toBe('')
    for (const list of [`W/${etag}`, `"other", ${etag}`])
      expect(
        (await house.http.send(filed.path, { headers: { ...filed.bearer, 'if-none-match': list } }))
          .status,
      ).toBe(304)

    const heard = changed(filed.caseNo)
    await house.http.json(`/api/hall/cases/${filed.caseNo}/withdraw`, {
      method: 'POST',
      headers: { ...filed.bearer, 'idempotency-key': 'withdraw-1' },
      json: { reason: '材料有误' },
    })
    await heard
    const after = await house.http.send(filed.path, {
      headers: { ...filed.bearer, 'if-none-match': etag },
    })
    expect(after.status).toBe(200)
    expect(bodyOf(after)['status']).toBe('withdrawn')
  })

  it('is another as soon as another node has changed the case', async () => {
    const filed = await givenSettled()
    const first = await house.http.send(filed.path, { headers: filed.bearer })
    expect(house.services.statusCache.remembered(filed.caseNo)).toBeDefined()
    const heard = changed(filed.caseNo)
    await house
      .db('case_wait')
      .where({ activity_instance_id: `a-${filed.caseNo}` })
      .delete()
    await touch(filed.caseNo)
    await heard
    const after = await house.http.send(filed.path, {
      headers: { ...filed.bearer, 'if-none-match': String(first.headers['etag']) },
    })
    expect(after.status).toBe(200)
    expect(bodyOf<StatusView>(after).where).toEqual([])
  })

  it('is the same from memory and through the framework', async () => {
    const filed = await givenSettled()
    const { headers: head } = await house.http.send(filed.path, { headers: filed.bearer })
    for (const tag of [String(head['etag']), '"other"']) {
      const headers = { ...filed.bearer, 'if-none-match': tag }
      const short = await house.http.send(filed.path, { headers })
      const long = await house.app.inject({ url: filed.path, headers })
      expect(short.status).toBe(long.statusCode)
      expect(short.text).toBe(long.body)
      for (const name of ['etag', 'cache-control', 'content-type', 'x-content-type-options'])
        expect(short.headers[name]).toBe(long.headers[name])
    }
  })

  it('is refused, with the headers of every answer, to a token of another case and to one that is over', async () => {
    const [filed, other] = [await givenSettled(), await givenSettled()]
    const ask = (bearer: Record<string, string>) => house.http.send(filed.path, { headers: bearer })
    expect((await ask(filed.bearer)).status).toBe(200)
    expect((await ask(other.bearer)).status).toBe(401)
    house.time.offsetMs = 30 * 60_000
    try {
      const late = await ask(filed.bearer)
      expect(late.status).toBe(401)
      expect(late.headers['content-security-policy']).toContain("default-src 'none'")
    } finally {
      house.time.offsetMs = 0
    }
  })

  it('says that an act is on its way into the engine', async () => {
    const filed = await house.givenFiled()
    const status = await house.http.json<StatusView>(`/api/hall/cases/${filed.caseNo}/status`, {
      headers: filed.bearer,
    })
    expect(status.settling).toBe(true)
  })
})

describe('the status cache', () => {
  const view = (revision: string) => ({ revision, view: { settling: false } as StatusView })

  function givenCache(truth: { revision: string }) {
    const asked = { load: 0, revision: 0 }
    const now = { ms: 0 }
    const cache = createStatusCache({
      load: async () => {
        asked.load += 1
        return view(truth.revision)
      },
      revisionOf: async () => {
        asked.revision += 1
        return truth.revision
      },
      clock: { now: () => new Date(now.ms) },
    })
    return { cache, asked, now }
  }

  it('asks nobody while it hears of changes', async () => {
    const { cache, asked } = givenCache({ revision: '1' })
    cache.trust(true)
    await cache.get('A')
    for (let i = 0; i < 10; i += 1) expect(cache.remembered('A')?.revision).toBe('1')
    expect(asked).toEqual({ load: 1, revision: 0 })
  })

  it('compares the revision on each request while nobody listens', async () => {
    const truth = { revision: '1' }
    const { cache, asked } = givenCache(truth)
    await cache.get('A')
    await cache.get('A')
    expect(asked).toEqual({ load: 1, revision: 1 })
    truth.revision = '2'
    expect((await cache.get('A')).revision).toBe('2')
    expect(asked).toEqual({ load: 2, revision: 2 })
  })

  it('looks again after five seconds even when it heard nothing', async () => {
    const truth = { revision: '1' }
    const { cache, now } = givenCache(truth)
    cache.trust(true)
    await cache.get('A')
    truth.revision = '2'
    now.ms += 5_000
    expect((await cache.get('A')).revision).toBe('2')
  })

  it('asks no more while the connection proves that it stands', async () => {
    const { cache, asked, now } = givenCache({ revision: '1' })
    cache.trust(true)
    await cache.get('A')
    now.ms = 8_000
    expect(cache.remembered('A')).toBeUndefined()
    cache.heard(new Date(6_000))
    expect(cache.remembered('A')?.revision).toBe('1')
    await cache.get('A')
    expect(asked).toEqual({ load: 1, revision: 0 })
    now.ms = 11_000
    expect(cache.remembered('A')).toBeUndefined()
  })

  it('believes no proof from before the connection was lost', async () => {
    const { cache } = givenCache({ revision: '1' })
    cache.trust(true)
    await cache.get('A')
    cache.heard(new Date(0))
    cache.trust(false)
    expect(cache.remembered('A')).toBeUndefined()
  })

  it('forgets everything when the connection is back', async () => {
    const truth = { revision: '1' }
    const { cache } = givenCache(truth)
    cache.trust(true)
    await cache.get('A')
    cache.trust(false)
    truth.revision = '2'
    cache.trust(true)
    expect((await cache.get('A')).revision).toBe('2')
  })

  it('does not keep an answer that was overtaken while it was read', async () => {
    const truth = { revision: '1' }
    const { cache, asked } = givenCache(truth)
    cache.trust(true)
    const reading = cache.get('A')
    truth.revision = '2'
    cache.changed('A')
    await reading
    expect((await cache.get('A')).revision).toBe('2')
    expect(asked.load).toBe(2)
  })
})

describe('the status stream', () => {
  it('sends the status now and on each change, with the revision as id', async () => {
    const filed = await givenSettled()
    const stream = await openStream(filed)
    const first = await stream.next()
    expect(first.event).toBe('status')
    expect((JSON.parse(first.data) as StatusView).status).toBe('received')
    await house.http.json(`/api/hall/cases/${filed.caseNo}/withdraw`, {
      method: 'POST',
      headers: { ...filed.bearer, 'idempotency-key': 'withdraw-1' },
      json: { reason: '材料有误' },
    })
    const second = await stream.next()
    expect((JSON.parse(second.data) as StatusView).status).toBe('withdrawn')
    expect(Number(second.id)).toBeGreaterThan(Number(first.id))
    await stream.close()
  })

  it('repeats nothing to a reader who has seen the revision', async () => {
    const filed = await givenSettled()
    const stream = await openStream(filed)
    const { id } = await stream.next()
    await stream.close()
    const back = await openStream(filed, { 'last-event-id': id })
    await house.http.json(`/api/hall/cases/${filed.caseNo}/withdraw`, {
      method: 'POST',
      headers: { ...filed.bearer, 'idempotency-key': 'withdraw-1' },
      json: { reason: '材料有误' },
    })
    const next = await back.next()
    expect((JSON.parse(next.data) as StatusView).status).toBe('withdrawn')
    await back.close()
  })

  it('ends with the token it was opened with', async () => {
    const filed = await givenSettled()
    house.time.offsetMs = 30 * 60_000 - 1_500
    try {
      const stream = await openStream(filed)
      await stream.next()
      await expect(stream.next()).rejects.toThrow('the stream ended')
      const refused = await house.http.send(`/api/hall/cases/${filed.caseNo}/events`, {
        headers: filed.bearer,
      })
      expect(refused.status).toBe(401)
    } finally {
      house.time.offsetMs = 0
    }
  })

  it('is bounded, and a reader who leaves makes room', async () => {
    const filed = await givenSettled()
    const one = await openStream(filed)
    const two = await openStream(filed)
    const third = await house.http.send(`/api/hall/cases/${filed.caseNo}/events`, {
      headers: filed.bearer,
    })
    expect(third.status).toBe(429)
    await one.close()
    let free = await openStream(filed).catch(() => undefined)
    while (free === undefined) free = await openStream(filed).catch(() => undefined)
    await free.close()
    await two.close()
  })
})

interface Sse {
  readonly id: string
  readonly event: string
  readonly data: string
}

async function openStream(
  filed: { caseNo: string; bearer: Record<string, string> },
  headers: Record<string, string> = {},
) {
  const leave = new AbortController()
  const answer = await fetch(`${house.publicUrl}/api/hall/cases/${filed.caseNo}/events`, {
    headers: { ...filed.bearer, ...headers },
    signal: leave.signal,
  })
  if (answer.status !== 200 || answer.body === null) throw new Error(`stream ${answer.status}`)
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''

  async function next(): Promise<Sse> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const block = text.slice(0, end)
        text = text.slice(end + 2)
        const field = (name: string) =>
          block
            .split('\n')
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2) ?? ''
        if (field('event') !== '')
          return { id: field('id'), event: field('event'), data: field('data') }
        continue
      }
      const { value, done } = await reader.read()
      if (done) throw new Error('the stream ended')
      text += value
    }
  }

  async function close(): Promise<void> {
    leave.abort()
    await reader.cancel().catch(() => undefined)
  }
  return { next, close }
}
