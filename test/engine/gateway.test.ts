import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngineGateway } from '../../engine/gateway/gateway.ts'
import {
  deployed,
  diagram,
  engineTasks,
  startEngineBench,
  type EngineBench,
} from './engine-fixture.ts'
import { startMeddlingProxy } from './meddling-proxy.ts'

let bench: EngineBench

beforeAll(async () => {
  bench = await startEngineBench()
})
afterAll(() => bench.close())

describe('deploy', () => {
  it('gives the same definition when a lost answer makes us send it again', async () => {
    const first = await deployed(bench.gateway, 'desk-and-message')
    const again = await deployed(bench.gateway, 'desk-and-message')
    expect(again).toBe(first)
  })

  it('hands the words of the gate to the designer', async () => {
    const hostile = diagram('notify-only')
      .toString()
      .replace('camunda:type="external" camunda:topic="notify"', 'camunda:class="java.lang.Object"')
    const result = await bench.gateway.deploy({
      name: 'hostile',
      files: [{ path: 'flow.bpmn', content: Buffer.from(hostile) }],
    })
    expect(result).toMatchObject({ kind: 'refused' })
    expect(JSON.stringify(result)).toMatch(/deploy gate: .*Notify/)
  })

  it('refuses two processes in one package', async () => {
    const result = await bench.gateway.deploy({
      name: 'two',
      files: [
        { path: 'flow.bpmn', content: diagram('notify-only') },
        {
          path: 'rules/other.bpmn',
          content: Buffer.from(
            diagram('notify-only').toString().replaceAll('notify_only', 'notify_other'),
          ),
        },
      ],
    })
    expect(result).toMatchObject({ kind: 'refused', type: 'NotOneProcess' })
  })
})

describe('a case in the engine', () => {
  it('starts once for one business key', async () => {
    const definitionId = await deployed(bench.gateway, 'desk-and-message')
    const start = () =>
      bench.gateway.start({
        definitionId,
        businessKey: 'TH261123-0001',
        variables: { caseNo: 'TH261123-0001' },
      })

    const first = await start()
    const second = await start()

    expect(first.kind).toBe('ok')
    expect(second).toEqual({ kind: 'duplicate' })
  })

  it('completes, correlates and cancels, and says gone to every repeat', async () => {
    const { gateway, database } = bench
    const definitionId = await deployed(gateway, 'desk-and-message')
    const started = await gateway.start({
      definitionId,
      businessKey: 'TH261123-0002',
      variables: { caseNo: 'TH261123-0002', fact_size: 3 },
    })
    const processInstanceId = started.kind === 'ok' ? started.value.processInstanceId : ''
    const [taskId = ''] = await engineTasks(database, processInstanceId)

    const wanted = { acceptanceOutcome: 'request-correction', toleranceOpen: false }
    expect(await gateway.complete(taskId, wanted)).toEqual({ kind: 'ok', value: undefined })
    expect(await gateway.complete(taskId, wanted)).toEqual({ kind: 'gone' })

    const activityInstanceId = await waitOf(processInstanceId)
    expect(await gateway.isWaiting({ processInstanceId, activityInstanceId })).toBe(true)
    const message = {
      processInstanceId,
      message: 'correction-submitted',
      variables: {},
    } as const
    expect(await gateway.correlate(message)).toEqual({ kind: 'ok', value: undefined })
    expect(await gateway.correlate(message)).toEqual({ kind: 'gone' })
    expect(await gateway.isWaiting({ processInstanceId, activityInstanceId })).toBe(false)

    expect(await gateway.cancel('TH261123-0002')).toEqual({ kind: 'ok', value: undefined })
    expect(await gateway.cancel('TH261123-0002')).toEqual({ kind: 'gone' })
    expect(await gateway.isWaiting({ processInstanceId, activityInstanceId })).toBe(false)
  })

  it('asked in one request: each has its own answer, and one the guard refuses harms no other', async () => {
    const proxy = await startMeddlingProxy(bench.host.url)
    const gateway = createEngineGateway({ baseUrl: proxy.url, token: bench.host.apiToken })
    const requests: string[] = []
    proxy.decide = (_method, path) => (requests.push(path), 'pass')
    const definitionId = await deployed(bench.gateway, 'desk-and-message')
    const start = (businessKey: string, more = {}) =>
      gateway.start({ definitionId, businessKey, variables: { caseNo: businessKey, ...more } })
    const complete = gateway.complete('no-such-task', {})
    const kinds = (all: PromiseSettledResult<{ kind: string }>[]) =>
      all.map((one) => (one.status === 'fulfilled' ? one.value.kind : String(one.reason)))

    const together = [start('TH261123-0011'), start('TH261123-0011'), complete]
    expect(kinds(await Promise.allSettled(together))).toEqual(['ok', 'duplicate', 'gone'])
    expect(requests).toHaveLength(1)

    const poisoned = [
      start('TH261123-0012'),
      start('TH261123-0013', { someExpression: '${1+1}' }),
      start('TH261123-0014'),
    ]
    expect(kinds(await Promise.allSettled(poisoned))).toEqual([
      'ok',
      expect.stringMatching(/not allowed \(403\)/),
      'ok',
    ])

    proxy.decide = (_method, path) => (path.endsWith('/bulk/command') ? 'lose-answer' : 'pass')
    const lost = await Promise.allSettled([start('TH261123-0015'), start('TH261123-0016')])
    expect(kinds(lost)).toEqual([
      expect.stringMatching(/no usable answer/),
      expect.stringMatching(/no usable answer/),
    ])
    proxy.decide = () => 'pass'
    const again = await Promise.allSettled([start('TH261123-0015'), start('TH261123-0016')])
    expect(kinds(again)).toEqual(['duplicate', 'duplicate'])
    await gateway.close()
    await proxy.close()
  })

  it('calls a wrong token a fault, so that no command is given up because of it', async () => {
    const stranger = createEngineGateway({ baseUrl: bench.host.url, token: 'x'.repeat(32) })
    await expect(stranger.version()).rejects.toThrow(/not allowed \(401\)/)
    await expect(stranger.complete('some-task', {})).rejects.toThrow(/not allowed/)
    await stranger.close()
  })

  it('tells the version', async () => {
    expect(await bench.gateway.version()).toMatch(/^\d+\.\d+/)
  })
})

/** The activity instance of the open message wait, from the engine's events as the projection sees it. */
async function waitOf(processInstanceId: string): Promise<string> {
  const rows = (await bench.database
    .db('engine.engine_event as e')
    .select('e.events')
    .where('e.process_instance_id', processInstanceId)
    .orderBy('e.id')) as { events: { k: string; type?: string; ai?: string }[] }[]
  const wait = rows
    .flatMap((row) => row.events)
    .findLast((event) => event.k === 'wait.start' && event.type === 'receiveTask')
  if (wait?.ai === undefined) throw new Error('no wait for a message')
  return wait.ai
}
