import { setTimeout as sleep } from 'node:timers/promises'

import { cpuBetween, cpuTimes } from '../cpu-time.ts'
import type { Driver } from '../driver.ts'
import { rounded, spreadOf, turnsOf, type Line } from '../figures.ts'
import type { BenchOptions } from '../options.ts'
import type { OurSide } from '../sides/our-side.ts'
import type { StockSide } from '../sides/stock-side.ts'
import { PATIENCE_MS, type CaseOrder, type CaseReport } from './orders.ts'

export type CaseDriver = Driver<CaseOrder, CaseReport>

interface Contestant {
  readonly pids: ReadonlyMap<string, number>
  readonly driver: CaseDriver
  /** resolves when nothing of the cases is left to do, papers and messages included */
  settled(): Promise<void>
  readonly turns: Turn[]
  readonly uploads: boolean
}

interface Turn {
  readonly cpuMs: number
  readonly casesPerSecond: number
  /** CPU ms per case of each program */
  readonly parts: Readonly<Record<string, number>>
}

/**
 * One whole case: CPU milliseconds of everything a side runs, its driver included; and cases a second, closed loop. Ours
 * takes a third turn in each round without the uploads: scoreboard.md row 1 compares with files left out.
 */
export async function compareCase(options: {
  readonly bench: BenchOptions
  readonly ours: OurSide & { readonly driver: CaseDriver }
  readonly stock: StockSide & { readonly driver: CaseDriver }
  readonly say: (line: string) => void
}): Promise<Line> {
  const { bench, say } = options
  const ours = contestant(options.ours, () => settledOurs(options.ours))
  const bare: Contestant = { ...ours, uploads: false, turns: [] }
  const theirs = contestant(options.stock, () => settledStock(options.stock))
  for (const side of [ours, theirs]) await playTurn(side, bench, bench.warmUp)
  for (let round = 0; round < bench.rounds; round += 1) {
    for (const side of [...turnsOf(round, ours, theirs), bare])
      side.turns.push(await playTurn(side, bench, bench.cases))
    say(
      `case ${round + 1}/${bench.rounds}: ${lastOf(ours)} | without uploads ${lastOf(bare)} | engine ${lastOf(theirs)}`,
    )
  }
  const cpuBare = spreadOf(cpuOf(bare))
  const [cpuOurs, cpuTheirs] = [spreadOf(cpuOf(ours)), spreadOf(cpuOf(theirs))]
  const [rateOurs, rateTheirs] = [spreadOf(ratesOf(ours)), spreadOf(ratesOf(theirs))]
  return {
    name: 'case',
    ratio: rounded(cpuOurs.median / cpuTheirs.median),
    ours: cpuOurs.median,
    theirs: cpuTheirs.median,
    unit: 'CPU ms per case',
    ratioByRound: ours.turns.map((t, i) =>
      rounded(t.cpuMs / (theirs.turns[i]?.cpuMs ?? Number.NaN)),
    ),
    withoutUploads: {
      ratio: rounded(cpuBare.median / cpuTheirs.median),
      cpuMs: cpuBare,
      parts: partsOf(bare),
    },
    cpuMs: { ours: cpuOurs, theirs: cpuTheirs },
    casesPerSecond: { ours: rateOurs, theirs: rateTheirs },
    parts: { ours: partsOf(ours), theirs: partsOf(theirs) },
    casesPerTurn: bench.cases,
    concurrency: bench.concurrency,
  }
}

function contestant(
  side: { readonly pids: ReadonlyMap<string, number>; readonly driver: CaseDriver },
  settled: () => Promise<void>,
): Contestant {
  const pids = new Map([...side.pids, ['driver', side.driver.pid]])
  return { pids, driver: side.driver, settled, turns: [], uploads: true }
}

async function playTurn(
  side: Contestant,
  { concurrency }: Pick<BenchOptions, 'concurrency'>,
  cases: number,
): Promise<Turn> {
  const order: CaseOrder = { cases, concurrency, until: 'hand-over', uploads: side.uploads }
  const before = cpuTimes(side.pids)
  const began = performance.now()
  await side.driver.run(order)
  await side.settled()
  const seconds = (performance.now() - began) / 1000
  const used = Object.entries(cpuBetween(before, cpuTimes(side.pids)))
  return {
    cpuMs: used.reduce((sum, [, ms]) => sum + ms, 0) / order.cases,
    casesPerSecond: order.cases / seconds,
    parts: Object.fromEntries(used.map(([name, ms]) => [name, ms / order.cases])),
  }
}

/** The flow has ended in the engine and in our projection, and every message has left the house. */
export async function settledOurs({ db }: Pick<OurSide, 'db'>): Promise<void> {
  await untilNone(async () => {
    const { rows } = await db.query<{ open: number }>(
      `select (select count(*) from case_file f
                 left join case_position p on p.case_id = f.id where p.ended_at is null)
            + (select count(*) from effect where settled_at is null)
            + (select count(*) from engine_command where done_at is null) as open`,
    )
    return Number(rows[0]?.open)
  })
}

export async function settledStock({ db }: Pick<StockSide, 'db'>): Promise<void> {
  await untilNone(async () => {
    const { rows } = await db.query<{ open: number }>(
      'select count(*) as open from act_ru_execution',
    )
    return Number(rows[0]?.open)
  })
}

/** The one case that is left open waits at the review, and nothing else of it is under way. */
export async function reviewReached({ db }: Pick<OurSide, 'db'>): Promise<void> {
  await untilNone(async () => {
    const { rows } = await db.query<{ open: number }>(
      `select 1 - (select count(*) from inbox_task where done_at is null and act = 'review')
            + (select count(*) from effect where settled_at is null)
            + (select count(*) from engine_command where done_at is null) as open`,
    )
    return Number(rows[0]?.open)
  })
}

async function untilNone(open: () => Promise<number>): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (let left = await open(); left > 0; left = await open()) {
    if (performance.now() > until) throw new Error(`${left} things of the cases are still open`)
    await sleep(100)
  }
}

const cpuOf = (side: Contestant) => side.turns.map((t) => t.cpuMs)
const ratesOf = (side: Contestant) => side.turns.map((t) => t.casesPerSecond)

function partsOf({ turns }: Contestant): Record<string, number> {
  const names = Object.keys(turns[0]?.parts ?? {})
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(turns.map((t) => t.parts[name] ?? 0)).median]),
  )
}

function lastOf({ turns }: Contestant): string {
  const turn = turns.at(-1)
  if (turn === undefined) return ''
  const parts = Object.entries(turn.parts).map(([name, ms]) => `${name} ${ms.toFixed(0)}`)
  return `${turn.cpuMs.toFixed(0)} ms (${parts.join(', ')}), ${turn.casesPerSecond.toFixed(2)}/s`
}
