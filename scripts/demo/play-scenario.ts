/** Plays one scenario through the public HTTP API and says what became of the case. Waits are causal, never fixed pauses. */
import { randomUUID } from 'node:crypto'
import type { CaseReceipt } from '../../contracts/filing.ts'
import { ACCEPTANCE_OUTCOMES, type Scenario, type ScenarioPlay } from '../../contracts/scenario.ts'
import { DEMO_STAFF } from '../../core/identity/demo-staff.ts'
import type { StepAct } from '../../contracts/item-package.ts'
import type { Citizen, OpenCase } from './citizen.ts'
import type { PartnerLedger } from './courier.ts'
import type { Staff } from './staff.ts'

export interface Players {
  readonly citizen: Citizen
  readonly partners: PartnerLedger
  readonly staff: (login: string) => Promise<Staff>
}

/** One line of `npm run demo -- --json`. */
export interface Played {
  readonly item: string
  readonly scenario: string
  readonly caseNo: string
  readonly outcome: string
  readonly events: string[]
  readonly documents: string[]
  readonly waybills: string[]
  readonly messages: number
  readonly ms: number
}

export interface TimelineRow {
  readonly seq: number
  readonly type: string
  readonly at: string
  readonly actor: { readonly kind: string; readonly id: string }
}

export interface PlayedCase {
  readonly played: Played
  readonly timeline: readonly TimelineRow[]
}

interface CaseFileView {
  readonly files: readonly { readonly id: string; readonly material: string }[]
}

/** @throws with the first difference between what happened and what the scenario expects */
export async function playScenario(
  item: { readonly code: string; readonly units: readonly string[] },
  scenario: Scenario,
  players: Players,
): Promise<PlayedCase> {
  const began = performance.now()
  const receipt = await fileScenario(item.code, scenario, players)
  const open = await players.citizen.open(receipt)
  for (const play of scenario.plays) await playOne(play, open, players)
  const view = await open.waitFor(
    `outcome ${scenario.expect.outcome}`,
    (v) => v.status === scenario.expect.outcome && !v.settling,
  )
  const auditor = await players.staff(readerOf(item.units, scenario))
  const timeline = await settledTimeline(auditor, open, scenario)
  const documents = await open.documents()
  for (const document of documents) await open.download(document.id)
  const parcels = await players.partners.parcelsOf(receipt.caseNo)
  const messages = await settledMessages(players.partners, receipt.caseNo, scenario.expect.messages)
  const played: Played = {
    item: item.code,
    scenario: scenario.name,
    caseNo: receipt.caseNo,
    outcome: view.status,
    events: timeline.map((row) => row.type),
    documents: documents.map((d) => d.kind),
    waybills: parcels.map((p) => p.waybillNo),
    messages,
    ms: Math.round(performance.now() - began),
  }
  compare(scenario, played)
  return { played, timeline }
}

async function fileScenario(
  itemCode: string,
  scenario: Scenario,
  { citizen, staff }: Players,
): Promise<CaseReceipt> {
  const filing = {
    itemCode,
    form: scenario.form,
    transport: scenario.transport,
    materials: scenario.materials,
  }
  if (scenario.lodgedBy === undefined)
    return citizen.file(await citizen.startDraft(itemCode), filing, randomUUID())
  const clerk = await staff(scenario.lodgedBy)
  const door = await clerk.post<{ draftId: string; draftToken: string }>('/api/desk/drafts', {
    itemCode,
    channel: scenario.channel,
  })
  return citizen.file(door, filing, randomUUID())
}

async function playOne(play: ScenarioPlay, open: OpenCase, players: Players): Promise<void> {
  switch (play.act) {
    case 'submit-correction':
      // The notice is in the applicant's hands when the flow waits for the answer.
      await open.waitFor(
        'the correction notice',
        (v) =>
          v.whoActs.kind === 'applicant' && v.mustDo.some((m) => m.act === 'submit-correction'),
      )
      await open.uploadAll(play.body.materials ?? [])
      await open.act(
        'corrections',
        randomUUID(),
        play.body.form === undefined ? {} : { form: play.body.form },
      )
      return
    case 'supply-tolerance':
      await open.waitFor('the tolerance', (v) => v.mustDo.some((m) => m.act === 'supply-tolerance'))
      await open.uploadAll(play.body.materials)
      await open.act('tolerance-supply', randomUUID(), {})
      return
    case 'withdraw':
      await open.act('withdraw', randomUUID(), { reason: play.body.reason })
      return
    case 'deliver':
      await scanParcel(play.direction, play.ops, open, players)
      return
    case 'invite-statement': {
      const clerk = await players.staff(play.by)
      await clerk.findTask(open.caseNo)
      const body = await resolved(play.body, clerk, open.caseNo)
      await clerk.post(`/api/desk/cases/${open.caseNo}/statements`, body)
      return
    }
    case 'inspect':
    case 'review':
    case 'decide':
    case 'hand-over':
      await actAtDesk(play.by, play.act, play.body, open.caseNo, players)
      return
    case 'accept':
    case 'correct-on-spot':
    case 'request-correction':
    case 'not-required':
    case 'not-competent': {
      const body = { outcome: ACCEPTANCE_OUTCOMES[play.act], ...play.body }
      await actAtDesk(play.by, 'accept', body, open.caseNo, players)
      return
    }
  }
}

async function actAtDesk(
  login: string,
  act: StepAct,
  body: Record<string, unknown>,
  caseNo: string,
  players: Players,
): Promise<void> {
  const clerk = await players.staff(login)
  // The task is there before its pointers are looked up: they may point to what the flow has just brought.
  await clerk.findTask(caseNo, act)
  await clerk.act(caseNo, act, await resolved(body, clerk, caseNo))
}

async function scanParcel(
  direction: 'inbound' | 'outbound',
  ops: readonly string[],
  open: OpenCase,
  { partners }: Players,
): Promise<void> {
  const view = await open.waitFor(`the ${direction} parcel`, (v) =>
    v.parcels.some((p) => p.direction === direction),
  )
  const parcel = view.parcels.findLast((p) => p.direction === direction)
  if (parcel === undefined) throw new Error('no parcel')
  for (const opCode of ops) {
    // 704 into the addressee's own hands: only that is legal delivery (domain.md §6).
    await partners.advance(parcel.waybillNo, opCode, opCode === '704' ? '10' : undefined)
  }
}

/** Replaces `$file:CODE`, `$event:type`, `$staff:login`, `$now` by what this very case holds. */
async function resolved(body: unknown, clerk: Staff, caseNo: string): Promise<unknown> {
  if (!JSON.stringify(body).includes('"$')) return body
  const [file, events] = await Promise.all([
    clerk.get<CaseFileView>(`/api/desk/cases/${caseNo}`),
    listTimeline(clerk, caseNo),
  ])
  const pointers: Readonly<Record<string, (name: string) => string | number | undefined>> = {
    file: (name) => file.files.findLast((f) => f.material === name)?.id,
    event: (name) => events.findLast((e) => e.type === name)?.seq,
    staff: (name) => DEMO_STAFF.find((s) => s.login === name)?.staffNo,
    now: () => new Date().toISOString(),
  }
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace)
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, replace(v)]))
    }
    if (typeof value !== 'string' || !value.startsWith('$')) return value
    const [kind = '', name = ''] = value.slice(1).split(':')
    const found = pointers[kind]?.(name)
    if (found === undefined) throw new Error(`${value} points to nothing in ${caseNo}`)
    return found
  }
  return replace(body)
}

async function listTimeline(clerk: Staff, caseNo: string): Promise<TimelineRow[]> {
  return (await clerk.get<{ events: TimelineRow[] }>(`/api/desk/cases/${caseNo}/timeline`)).events
}

/** The last clerk who acted may read the file; else the one who lodged it; else someone of the item's own units. */
function readerOf(units: readonly string[], scenario: Scenario): string {
  const clerk = scenario.plays.findLast((p) => p.by !== 'applicant' && p.by !== 'courier')?.by
  const own = DEMO_STAFF.find((s) => units.includes(s.unit))?.login
  const reader = clerk ?? scenario.lodgedBy ?? own
  if (reader === undefined) throw new Error(`nobody of ${units.join(', ')} is seeded`)
  return reader
}

/** The last notice may still be on its way when the status is final already. */
async function settledTimeline(
  clerk: Staff,
  open: OpenCase,
  scenario: Scenario,
): Promise<TimelineRow[]> {
  const expected = scenario.expect.events
  const until = performance.now() + 30_000
  let events = await listTimeline(clerk, open.caseNo)
  while (
    firstMissing(
      expected,
      events.map((e) => e.type),
    ) !== undefined &&
    performance.now() < until
  ) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    events = await listTimeline(clerk, open.caseNo)
  }
  return events
}

async function settledMessages(
  partners: PartnerLedger,
  caseNo: string,
  expected: number,
): Promise<number> {
  const until = performance.now() + 30_000
  let count = await partners.messagesOf(caseNo)
  while (count < expected && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    count = await partners.messagesOf(caseNo)
  }
  return count
}

/** @returns the first expected type that does not come after the ones before it */
function firstMissing(expected: readonly string[], seen: readonly string[]): string | undefined {
  let from = 0
  for (const type of expected) {
    const at = seen.indexOf(type, from)
    if (at < 0) return type
    from = at + 1
  }
  return undefined
}

function compare({ expect }: Scenario, played: Played): void {
  const differences: string[] = []
  const same = (what: string, wanted: unknown, seen: unknown) => {
    if (JSON.stringify(wanted) !== JSON.stringify(seen)) {
      differences.push(`${what}: expected ${JSON.stringify(wanted)}, saw ${JSON.stringify(seen)}`)
    }
  }
  same('outcome', expect.outcome, played.outcome)
  const missing = firstMissing(expect.events, played.events)
  if (missing !== undefined) {
    differences.push(`events: ${missing} is missing or out of order in ${played.events.join(', ')}`)
  }
  same('documents', [...expect.documents].sort(), [...played.documents].sort())
  same('waybills', expect.waybills, played.waybills.length)
  same('messages', expect.messages, played.messages)
  if (differences.length > 0)
    throw new Error(
      `${played.item}/${played.scenario} ${played.caseNo}\n  ${differences.join('\n  ')}`,
    )
}
