import { join } from 'node:path'

import { queryCodeOf } from '../../core/cases/case-access.ts'
import { root } from '../../scripts/prerequisites.mjs'
import { createHttpClient } from '../../scripts/demo/http-client.ts'
import { startDriver, type Driver } from '../driver.ts'
import { rounded, turnsOf, type Line } from '../figures.ts'
import type { BenchOptions } from '../options.ts'
import { sideBySide } from '../side-by-side.ts'
import type { OurSide } from '../sides/our-side.ts'
import type { StockSide } from '../sides/stock-side.ts'
import { warmUp } from './warm-up.ts'
import { figuresOf, quotients, requireAnswers, type ReadReport } from './read-report.ts'
import type { SocketLoadOrder, SocketLoadSettings } from './socket-load.ts'

type Load = Driver<SocketLoadOrder, ReadReport>

/** People who look at their cases in the same minutes; drawn evenly from all filed cases. */
const ASKERS = 2_000
/** Answers of each side before anything is counted. After 4,000 the engine's JVM still grew faster by a half in three rounds. */
const WARM_UP = 20_000
/** A page that polls sends the tag it has; one in ten is a page just opened. */
const CONDITIONAL_SHARE = 0.9

/** Status poll: our read model against `GET /history/process-instance?processInstanceBusinessKey=`. */
export async function compareStatus(options: {
  readonly bench: BenchOptions
  readonly ours: OurSide & { readonly caseNos: readonly string[] }
  readonly stock: StockSide & { readonly caseNos: readonly string[] }
  readonly say: (line: string) => void
}): Promise<Line> {
  const { bench, say } = options
  const ours = await socketLoad(await ourRequests(options.ours))
  const theirs = await socketLoad(stockRequests(options.stock))
  const order = { connections: bench.connections, seconds: bench.seconds }
  const mixed = {
    name: 'ours',
    load: ours,
    order: { ...order, conditionalShare: CONDITIONAL_SHARE },
  }
  const full = { name: 'ours', load: ours, order: { ...order, conditionalShare: 0 } }
  const engine = { name: 'the engine', load: theirs, order: { ...order, conditionalShare: 0 } }
  const reports = new Map([mixed, full, engine].map((turn) => [turn, [] as ReadReport[]]))
  try {
    for (const { load, order } of [full, engine]) await warmUp(() => load.run(order), WARM_UP)
    for (let round = 0; round < bench.rounds; round += 1) {
      for (const turn of [...turnsOf(round, mixed, engine), full]) {
        const report = await turn.load.run(turn.order)
        requireAnswers(report, turn === mixed ? [200, 304] : [200], turn.name)
        reports.get(turn)?.push(report)
      }
      const rates = [...reports.values()].map((list) => list.at(-1)?.perSecond.toFixed(0))
      say(
        `status ${round + 1}/${bench.rounds}: ${rates[0]}/s (without tags ${rates[1]}/s) | engine ${rates[2]}/s`,
      )
    }
  } finally {
    await Promise.all([ours.stop(), theirs.stop()])
  }
  const figures = (turn: typeof mixed) => figuresOf(reports.get(turn) ?? [])
  const [a, b, plain] = [figures(mixed), figures(engine), figures(full)]
  return {
    name: 'status',
    ratio: rounded(a.perSecond.median / b.perSecond.median),
    ours: a.perSecond.median,
    theirs: b.perSecond.median,
    unit: 'requests/s',
    ratioByRound: quotients(a.perSecond.rounds, b.perSecond.rounds),
    p99Ratio: rounded(b.p99Ms.median / a.p99Ms.median),
    ratioWithoutTags: rounded(plain.perSecond.median / b.perSecond.median),
    p99RatioWithoutTags: rounded(b.p99Ms.median / plain.p99Ms.median),
    oursFigures: a,
    oursWithoutTags: plain,
    theirFigures: b,
    ifNoneMatchShare: CONDITIONAL_SHARE,
    casesAsked: ASKERS,
    casesWithStatus: options.ours.caseNos.length,
    cases: bench.rows,
    connections: bench.connections,
  }
}

function socketLoad(settings: SocketLoadSettings): Promise<Load> {
  return startDriver(join(root, 'bench', 'reads', 'socket-load.ts'), settings)
}

async function ourRequests(
  ours: OurSide & { caseNos: readonly string[] },
): Promise<SocketLoadSettings> {
  const http = createHttpClient({ base: ours.base })
  const { host, port } = new URL(ours.base)
  const plain: string[] = []
  const conditional: string[] = []
  await sideBySide(spread(ours.caseNos, ASKERS), 8, async (caseNo) => {
    const { token } = await http.json<{ token: string }>('/api/hall/case-access', {
      method: 'POST',
      json: { caseNo, queryCode: queryCodeOf(ours.sessionKey, caseNo) },
    })
    const path = `/api/hall/cases/${caseNo}/status`
    const answer = await http.send(path, { headers: { authorization: `Bearer ${token}` } })
    if (answer.status !== 200)
      throw new Error(`status of ${caseNo}: ${answer.status} ${answer.text}`)
    const head = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n`
    plain.push(`${head}\r\n`)
    conditional.push(`${head}if-none-match: ${String(answer.headers['etag'])}\r\n\r\n`)
  })
  return { port: Number(port), plain, conditional }
}

function stockRequests(stock: StockSide & { caseNos: readonly string[] }): SocketLoadSettings {
  const { host, port, pathname } = new URL(stock.base)
  const plain = spread(stock.caseNos, ASKERS).map(
    (caseNo) =>
      `GET ${pathname}/history/process-instance?processInstanceBusinessKey=${caseNo} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\n\r\n`,
  )
  return { port: Number(port), plain, conditional: [] }
}

function spread(list: readonly string[], count: number): string[] {
  const step = Math.max(1, Math.floor(list.length / count))
  return list.filter((_, index) => index % step === 0).slice(0, count)
}
