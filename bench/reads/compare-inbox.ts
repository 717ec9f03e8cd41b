import { join } from 'node:path'

import { root } from '../../scripts/prerequisites.mjs'
import { startDriver, type Driver } from '../driver.ts'
import { rounded, turnsOf, type Line } from '../figures.ts'
import type { BenchOptions } from '../options.ts'
import type { OurSide } from '../sides/our-side.ts'
import type { StockSide } from '../sides/stock-side.ts'
import type { InboxLoadOrder, InboxLoadReport, InboxLoadSettings } from './inbox-load.ts'
import { warmUp } from './warm-up.ts'
import { figuresOf, quotients } from './read-report.ts'

type Load = Driver<InboxLoadOrder, InboxLoadReport>

/** Fewer readers than at the status: a hall has dozens of clerks, not thousands. */
const CLERKS = 4
/** Pages of each side before anything is counted. */
const WARM_UP = 300

/** Page one of an examiner's inbox, by due date, with the total: our projection against the engine's task query. */
export async function compareInbox(options: {
  readonly bench: BenchOptions
  readonly ours: OurSide
  readonly stock: StockSide
  readonly password: string
  readonly say: (line: string) => void
}): Promise<Line> {
  const { bench, say, password } = options
  const who = { login: 'examiner1', password, post: 'POST-EXAMINER' }
  const ours = await inboxLoad({ ...who, side: 'ours', base: options.ours.base })
  const theirs = await inboxLoad({ ...who, side: 'engine', base: options.stock.base })
  const reports = new Map([ours, theirs].map((load) => [load, [] as InboxLoadReport[]]))
  const order = { connections: CLERKS, seconds: bench.seconds }
  try {
    for (const load of [ours, theirs]) await warmUp(() => load.run(order), WARM_UP)
    for (let round = 0; round < bench.rounds; round += 1) {
      for (const load of turnsOf(round, ours, theirs))
        reports.get(load)?.push(await load.run(order))
      const last = [...reports.values()].map((list) => list.at(-1)?.perSecond.toFixed(1))
      say(`inbox ${round + 1}/${bench.rounds}: ${last[0]}/s | engine ${last[1]}/s`)
    }
  } finally {
    await Promise.all([ours.stop(), theirs.stop()])
  }
  const [a, b] = [figuresOf(reports.get(ours) ?? []), figuresOf(reports.get(theirs) ?? [])]
  const totals = [ours, theirs].map((load) => reports.get(load)?.at(-1)?.total)
  return {
    name: 'inbox',
    ratio: rounded(a.perSecond.median / b.perSecond.median),
    ours: a.perSecond.median,
    theirs: b.perSecond.median,
    unit: 'pages/s',
    ratioByRound: quotients(a.perSecond.rounds, b.perSecond.rounds),
    p99Ratio: rounded(b.p99Ms.median / a.p99Ms.median),
    oursFigures: a,
    theirFigures: b,
    openTasksOfTheClerk: { ours: totals[0], theirs: totals[1] },
    cases: bench.rows,
    clerks: CLERKS,
  }
}

function inboxLoad(settings: InboxLoadSettings): Promise<Load> {
  return startDriver(join(root, 'bench', 'reads', 'inbox-load.ts'), settings)
}
