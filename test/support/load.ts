/**
 * Citizens and clerks who file and work cases over the public HTTP API and do what a good client does when the line
 * breaks: the same request again, with the same key. Remembers every answer it was given, for the invariants.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, interceptors, type Dispatcher } from 'undici'
import type { CaseReceipt } from '../../contracts/filing.ts'
import type { Scenario } from '../../contracts/scenario.ts'
import { createCitizen, type OpenCase } from '../../scripts/demo/citizen.ts'
import { createPartnerLedger } from '../../scripts/demo/courier.ts'
import { HttpProblem } from '../../scripts/demo/http-client.ts'
import { signIn, type InboxRow, type Staff } from '../../scripts/demo/staff.ts'
import { root } from '../../scripts/prerequisites.mjs'

/** `instant`: no human step. `couriered`: papers and licence by EMS, three clerks. `parked`: waits at acceptance for ever. */
export type CaseKind = 'instant' | 'couriered' | 'parked'

export interface LoadOptions {
  readonly url: string
  readonly partnersUrl: string
  /** a lock that must run out first, and a busy machine */
  readonly patienceMs?: number
}

export interface FiledCase {
  readonly kind: CaseKind
  readonly receipt: CaseReceipt
  /** desk acts the server has said yes to */
  readonly acts: string[]
}

export type Load = Awaited<ReturnType<typeof createLoad>>

const PASSWORD = 'yichuang-demo'
const CLERKS = ['window1', 'examiner1', 'chief1'] as const

export async function createLoad({ url, partnersUrl, patienceMs = 300_000 }: LoadOptions) {
  const wire = new Agent({ connections: 64, connect: { timeout: 5_000 } })
  const dispatcher = stubborn(wire)
  const citizen = createCitizen({ base: url, dispatcher })
  const courier = createPartnerLedger(partnersUrl)
  const clerks = new Map<string, Staff>()
  for (const login of CLERKS)
    clerks.set(login, await signIn({ base: url, login, password: PASSWORD, dispatcher }))
  const scenarios = {
    instant: await readScenario('flex-pension', 'instant-online'),
    couriered: await readScenario('labour-dispatch', 'grant-ems-both-ways'),
  }
  const filed: FiledCase[] = []
  const failures: string[] = []
  let repeatedActs = 0

  async function file(kind: CaseKind): Promise<{ filed: FiledCase; open: OpenCase }> {
    const scenario = kind === 'instant' ? scenarios.instant : scenarios.couriered
    const itemCode = kind === 'instant' ? 'FLEX-PENSION' : 'LABOUR-DISPATCH'
    const { form, transport, materials } = scenario
    const door = await citizen.startDraft(itemCode)
    const filing = { itemCode, form, transport, materials }
    const receipt = await citizen.file(door, filing, randomUUID())
    const one = { kind, receipt, acts: [] }
    filed.push(one)
    return { filed: one, open: await citizen.open(receipt) }
  }

  /** One case from the draft to as far as its kind goes. */
  async function play(kind: CaseKind): Promise<FiledCase> {
    const { filed: one, open } = await file(kind)
    if (kind === 'instant') return one
    const scenario = scenarios.couriered
    for (const step of scenario.plays) {
      if (step.act === 'deliver') await scan(open, step.direction, step.ops)
      else if (kind === 'parked') return one
      else await act(one, step.by, step.act, step.body)
    }
    return one
  }

  /** Files a case whose papers are on their way; its parcel is nobody's but the caller's to scan. */
  async function ship(): Promise<string> {
    const { open } = await file('parked')
    const booked = await open.waitFor('its parcel', ({ parcels }) => parcels.length > 0, patienceMs)
    return booked.parcels[0]?.waybillNo ?? ''
  }

  async function scan(open: OpenCase, direction: string, ops: readonly string[]): Promise<void> {
    const view = await open.waitFor(
      `its ${direction} parcel`,
      ({ parcels }) => parcels.some((parcel) => parcel.direction === direction),
      patienceMs,
    )
    const waybillNo = view.parcels.findLast((p) => p.direction === direction)?.waybillNo ?? ''
    for (const opCode of ops)
      await courier.advance(waybillNo, opCode, opCode === '704' ? '10' : undefined)
  }

  async function act(
    one: FiledCase,
    login: string,
    name: string,
    given: Record<string, unknown>,
  ): Promise<void> {
    const clerk = clerks.get(login)
    if (clerk === undefined) throw new Error(`${login} has not signed in`)
    const { taskId } = await findTask(clerk, one.receipt.caseNo, name)
    const body = name === 'accept' ? { outcome: 'accept', ...given } : given
    const path = `/api/desk/tasks/${taskId}`
    try {
      await clerk.post(`${path}/claim`)
      await clerk.post(`${path}/${name}`, body)
    } catch (error) {
      // The first try was done and its answer was lost: TASK_DONE is how the house says so.
      if (!(error instanceof HttpProblem && error.code === 'TASK_DONE')) throw error
      repeatedActs += 1
    }
    one.acts.push(name)
  }

  async function findTask(clerk: Staff, caseNo: string, name: string): Promise<InboxRow> {
    const until = performance.now() + patienceMs
    for (let pause = 50; performance.now() < until; pause = Math.min(pause * 1.5, 1_000)) {
      const { rows } = await clerk.get<{ rows: InboxRow[] }>(`/api/desk/inbox?search=${caseNo}`)
      const found = rows.find((row) => row.caseNo === caseNo && row.act === name)
      if (found !== undefined) return found
      await sleep(pause)
    }
    throw new Error(`no task "${name}" of ${caseNo} in ${patienceMs / 1000} s`)
  }

  /** Keeps so many clients busy until told to stop; `mix` names the kinds in turn. */
  function keepBusy(clients: number, mix: readonly CaseKind[]): { stop(): Promise<void> } {
    let stopping = false
    let turn = 0
    async function client(): Promise<void> {
      while (!stopping) {
        const kind = mix[turn++ % mix.length] ?? 'instant'
        try {
          await play(kind)
        } catch (error) {
          failures.push(`${kind}: ${words(error)}`)
        }
      }
    }
    const all = Array.from({ length: clients }, () => client())
    return {
      async stop() {
        stopping = true
        await Promise.all(all)
      },
    }
  }

  /** Plays these cases side by side, at most `clients` at once, to their ends. */
  async function playAll(kinds: readonly CaseKind[], clients: number): Promise<void> {
    const waiting = [...kinds]
    const client = async () => {
      for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
        try {
          await play(kind)
        } catch (error) {
          failures.push(`${kind}: ${words(error)}`)
        }
      }
    }
    await Promise.all(Array.from({ length: clients }, client))
  }

  return {
    filed: filed as readonly FiledCase[],
    /** what a client gave up on: none is expected, whatever was killed */
    failures: failures as readonly string[],
    repeatedActs: () => repeatedActs,
    play,
    ship,
    playAll,
    keepBusy,
    close: () => dispatcher.close(),
  }
}

/** The same request again, keys and all, for as long as a restart may take. */
function stubborn(agent: Agent): Dispatcher {
  return agent.compose(
    interceptors.retry({
      maxRetries: 400,
      minTimeout: 100,
      maxTimeout: 1_000,
      timeoutFactor: 1.5,
      methods: ['GET', 'PUT', 'POST', 'DELETE'],
      statusCodes: [500, 502, 503, 504],
      errorCodes: [
        'ECONNRESET',
        'ECONNREFUSED',
        'EPIPE',
        'ETIMEDOUT',
        'UND_ERR_SOCKET',
        'UND_ERR_CONNECT_TIMEOUT',
        'UND_ERR_HEADERS_TIMEOUT',
      ],
    }),
  )
}

async function readScenario(item: string, name: string): Promise<Scenario> {
  const file = join(root, 'processes', item, 'scenarios', `${name}.json`)
  return JSON.parse(await readFile(file, 'utf8')) as Scenario
}

function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message
}
