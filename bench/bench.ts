/**
 * `npm run bench [-- --json --only case,status,inbox --rounds 5 --cases 60 --rows 100000 …]`: our platform beside the raw
 * engine, in one interleaved run on this machine (docs/benchmarks.md says what is compared and what is not).
 */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Topics } from '../contracts/topics.ts'
import type { Scenario } from '../contracts/scenario.ts'
import { root } from '../scripts/prerequisites.mjs'
import { compareCase, reviewReached, settledOurs, type CaseDriver } from './case/compare-case.ts'
import type { CaseOrder } from './case/orders.ts'
import type { OurDriverSettings } from './case/our-driver.ts'
import type { StockDriverSettings } from './case/stock-driver.ts'
import { startDriver } from './driver.ts'
import type { Line } from './figures.ts'
import { describeMachine } from './machine.ts'
import { readOptions, type BenchOptions } from './options.ts'
import { compareInbox } from './reads/compare-inbox.ts'
import { compareStatus } from './reads/compare-status.ts'
import { fillOurSide } from './rows/our-rows.ts'
import { rowPlan } from './rows/row-plan.ts'
import { fillStockSide } from './rows/stock-rows.ts'
import { startOurSide, type OurSide } from './sides/our-side.ts'
import { benchPorts } from './sides/ports.ts'
import {
  costliestStatements,
  loadStatementWatch,
  watchStatements,
} from './sides/watch-statements.ts'
import { deployFlow, startStockSide, type StockSide } from './sides/stock-side.ts'

const ITEM = 'LABOUR-DISPATCH'
const PROCESS = 'labour_dispatch'
const PASSWORD = 'yichuang-demo'
/** What our engine is started with by default (scripts/start-settings.ts). */
const JAVA_OPTIONS = ['-Xmx768m', '-XX:+UseSerialGC']

async function main(options: BenchOptions): Promise<void> {
  const say = (line: string) => console.error(`· ${line}`)
  const folder = await mkdtemp(join(tmpdir(), 'yichuang-bench-'))
  // As root the clusters run as another user, who must be able to pass through.
  await chmod(folder, 0o711)
  const stops: (() => Promise<void>)[] = []
  const started = <T extends { stop(): Promise<void> }>(side: T): T => {
    stops.push(() => side.stop())
    return side
  }
  let stopping: Promise<void> | undefined
  const stopAll = () => (stopping ??= stopInReverse(stops))
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stopAll().finally(() => process.exit(1)))
  try {
    const ports = benchPorts(options.port)
    say('our side: npm start on an empty folder')
    if (options.profile) await loadStatementWatch(join(folder, 'ours'), ports.ours.postgres)
    const ours = started(
      await startOurSide({
        root,
        dataDir: join(folder, 'ours'),
        ports: ports.ours,
        profile: options.profile,
      }),
    )
    say('their side: Camunda 7.24, Spring Boot starter')
    const stock = started(
      await startStockSide({
        root,
        dataDir: join(folder, 'stock'),
        ports: ports.stock,
        settings: ours.settings,
        javaOptions: JAVA_OPTIONS,
      }),
    )
    await deployFlow(stock, join(root, 'processes', 'labour-dispatch', 'flow.bpmn'))
    const machine = await describeMachine(root, ours.db)
    if (!options.json)
      for (const [what, is] of Object.entries(machine)) console.log(`${what}: ${is}`)
    const drivers = {
      ours: started(await ourDriver(ours)),
      stock: started(await stockDriver(stock)),
    }
    const print = (line: Line) =>
      console.log(options.json ? JSON.stringify({ ...line, machine }) : sentence(line))
    if (options.profile) await watchStatements(ours.db)
    if (options.only.includes('case')) {
      print(
        await compareCase({
          bench: options,
          ours: { ...ours, driver: drivers.ours },
          stock: { ...stock, driver: drivers.stock },
          say,
        }),
      )
    }
    if (options.profile) {
      const cases = options.warmUp + options.rounds * options.cases
      for (const line of await costliestStatements(ours.db, cases)) console.error(line)
    }
    if (!options.only.includes('status') && !options.only.includes('inbox')) return
    say(`${options.rows} cases on both sides`)
    const rows = await fillBoth(options.rows, ours, stock, drivers)
    const sides = {
      ours: { ...ours, caseNos: rows.ours.caseNos },
      stock: { ...stock, caseNos: rows.stock.caseNos },
    }
    if (options.only.includes('status'))
      print(await compareStatus({ bench: options, ...sides, say }))
    if (options.only.includes('inbox'))
      print(await compareInbox({ bench: options, ...sides, password: PASSWORD, say }))
  } finally {
    await stopAll()
    if (options.keep) say(`kept: ${folder}`)
    else await rm(folder, { recursive: true, force: true })
  }
}

async function ourDriver(ours: OurSide): Promise<CaseDriver> {
  const file = join(root, 'processes', 'labour-dispatch', 'scenarios', 'grant-at-window.json')
  const scenario = JSON.parse(await readFile(file, 'utf8')) as Scenario
  const settings: OurDriverSettings = {
    base: ours.base,
    password: PASSWORD,
    itemCode: ITEM,
    scenario,
  }
  return startDriver(join(root, 'bench', 'case', 'our-driver.ts'), settings)
}

async function stockDriver(stock: StockSide): Promise<CaseDriver> {
  const settings: StockDriverSettings = {
    base: stock.base,
    processKey: PROCESS,
    topics: Object.values(Topics).map(({ topic }) => topic),
    itemVersion: `${ITEM}@1`,
  }
  return startDriver(join(root, 'bench', 'case', 'stock-driver.ts'), settings)
}

/** Plays the two patterns on each side and copies them. */
async function fillBoth(
  total: number,
  ours: OurSide,
  stock: StockSide,
  drivers: { readonly ours: CaseDriver; readonly stock: CaseDriver },
) {
  const play = async (driver: CaseDriver, until: CaseOrder['until']) => {
    const [caseNo] = (await driver.run({ cases: 1, concurrency: 1, until, uploads: true })).caseNos
    if (caseNo === undefined) throw new Error('no case was played')
    return caseNo
  }
  const plan = rowPlan(total)
  const closedOurs = await play(drivers.ours, 'hand-over')
  await settledOurs(ours)
  const openOurs = await play(drivers.ours, 'accept')
  await reviewReached(ours)
  const closedStock = await play(drivers.stock, 'hand-over')
  const openStock = await play(drivers.stock, 'accept')
  return {
    ours: await fillOurSide(ours, { closed: closedOurs, open: openOurs }, plan),
    stock: await fillStockSide(stock, { closed: closedStock, open: openStock }, plan),
  }
}

async function stopInReverse(stops: readonly (() => Promise<void>)[]): Promise<void> {
  for (const stop of [...stops].reverse()) {
    await stop().catch((error: unknown) => console.error('could not be stopped:', error))
  }
}

function sentence({ name, ratio, ours, theirs, unit, ...raw }: Line): string {
  const rows = Object.entries(raw).map(([what, is]) => `    ${what}: ${JSON.stringify(is)}`)
  return [`\n${name}: ${ratio}x  ours ${ours}, engine ${theirs} (${unit})`, ...rows].join('\n')
}

await main(readOptions(process.argv.slice(2)))
