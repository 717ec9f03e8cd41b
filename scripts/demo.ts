/**
 * `npm run demo [-- --json] [--item LABOUR-DISPATCH] [--scenario name]`: plays every scenario of every item against the
 * running system (npm start) through the public HTTP API, prints each case's timeline, exits 1 when one differs.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Scenario } from '../contracts/scenario.ts'
import { createCitizen } from './demo/citizen.ts'
import { createPartnerLedger } from './demo/courier.ts'
import { playScenario, type PlayedCase, type Players } from './demo/play-scenario.ts'
import { signIn, type Staff } from './demo/staff.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    item: { type: 'string' },
    scenario: { type: 'string' },
  },
})
const base = process.env['PUBLIC_URL'] ?? `http://127.0.0.1:${process.env['SERVER_PORT'] ?? '8080'}`
const partnersBase =
  process.env['PARTNERS_URL'] ?? `http://127.0.0.1:${process.env['PARTNERS_PORT'] ?? '8083'}`
const password = process.env['DEMO_PASSWORD'] ?? 'yichuang-demo'
const processes = join(import.meta.dirname, '..', 'processes')

interface ItemHead {
  readonly code: string
  readonly units: { readonly deciding: string; readonly handling: readonly string[] }
}

interface Listed {
  readonly item: { readonly code: string; readonly units: readonly string[] }
  readonly scenario: Scenario
}

async function listScenarios(): Promise<Listed[]> {
  const found: Listed[] = []
  for (const folder of (await readdir(processes)).sort()) {
    const { code, units } = JSON.parse(
      await readFile(join(processes, folder, 'item.json'), 'utf8'),
    ) as ItemHead
    for (const name of (await readdir(join(processes, folder, 'scenarios'))).sort()) {
      const scenario = JSON.parse(
        await readFile(join(processes, folder, 'scenarios', name), 'utf8'),
      ) as Scenario
      found.push({ item: { code, units: [units.deciding, ...units.handling] }, scenario })
    }
  }
  return found.filter(
    ({ item, scenario }) =>
      (values.item === undefined || item.code === values.item) &&
      (values.scenario === undefined || scenario.name === values.scenario),
  )
}

function createPlayers(): Players {
  const signedIn = new Map<string, Promise<Staff>>()
  return {
    citizen: createCitizen({ base }),
    partners: createPartnerLedger(partnersBase),
    staff(login) {
      const known = signedIn.get(login) ?? signIn({ base, login, password })
      signedIn.set(login, known)
      return known
    },
  }
}

function printCase({ played, timeline }: PlayedCase, title: string): void {
  console.log(`\n✔ ${played.item} / ${played.scenario}  ${title}`)
  console.log(
    `  ${played.caseNo}  ${played.outcome}  ${played.ms} ms  SMS ${played.messages}  EMS ${played.waybills.join(' ') || '-'}`,
  )
  for (const row of timeline)
    console.log(`  ${String(row.seq).padStart(3)}  ${row.at}  ${row.type}  (${row.actor.kind})`)
  console.log(`  papers: ${played.documents.join(', ')}`)
}

const scenarios = await listScenarios()
if (scenarios.length === 0) throw new Error('no scenario fits --item / --scenario')
const players = createPlayers()
let failed = 0
for (const { item, scenario } of scenarios) {
  try {
    const result = await playScenario(item, scenario, players)
    if (values.json) console.log(JSON.stringify(result.played))
    else printCase(result, scenario.title.zh)
  } catch (error) {
    failed += 1
    console.error(
      `\n✘ ${item.code} / ${scenario.name}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
if (!values.json) console.log(`\n${scenarios.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
