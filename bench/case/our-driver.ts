/** Plays the citizen, the counter and four desks through our public HTTP API, as a page would. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Scenario } from '../../contracts/scenario.ts'
import { createCitizen } from '../../scripts/demo/citizen.ts'
import { signIn, type InboxRow, type Staff } from '../../scripts/demo/staff.ts'
import { serveOrders } from '../driver.ts'
import { sideBySide } from '../side-by-side.ts'
import {
  LOOK_AGAIN_MS,
  PAGE,
  PATIENCE_MS,
  stepsUntil,
  type CaseOrder,
  type CaseReport,
  type DeskStep,
} from './orders.ts'

export interface OurDriverSettings {
  readonly base: string
  readonly password: string
  readonly itemCode: string
  readonly scenario: Scenario
}

serveOrders<OurDriverSettings, CaseOrder, CaseReport>(async (settings) => {
  const { base, password, itemCode, scenario } = settings
  const citizen = createCitizen({ base })
  const clerk = (login: string) => signIn({ base, login, password })
  const counter = await clerk(scenario.lodgedBy ?? 'window1')
  const desks = new Map<DeskStep, { staff: Staff; body: unknown }>()
  for (const play of scenario.plays) {
    const body =
      play.act === 'accept' ? { outcome: 'accept', ...play.body } : 'body' in play ? play.body : {}
    desks.set(play.act as DeskStep, { staff: await clerk(play.by), body })
  }

  async function lodge(uploads: boolean): Promise<string> {
    const door = await counter.post<{ draftId: string; draftToken: string }>('/api/desk/drafts', {
      itemCode,
      channel: scenario.channel,
    })
    const { form, transport } = scenario
    const materials = uploads ? scenario.materials : []
    return (await citizen.file(door, { itemCode, form, transport, materials }, randomUUID())).caseNo
  }

  /** One desk works its list, page by page, until it has had every case. */
  async function workDesk(step: DeskStep, of: ReadonlySet<string>, width: number): Promise<void> {
    const desk = desks.get(step)
    if (desk === undefined) throw new Error(`the scenario has no ${step}`)
    const { staff, body } = desk
    const done = new Set<string>()
    const until = performance.now() + PATIENCE_MS
    while (done.size < of.size) {
      const { rows } = await staff.get<{ rows: InboxRow[] }>(
        `/api/desk/inbox?pageSize=${PAGE}&sort=opened`,
      )
      const mine = rows.filter((r) => r.act === step && of.has(r.caseNo) && !done.has(r.taskId))
      await sideBySide(mine, width, async ({ taskId }) => {
        await staff.post(`/api/desk/tasks/${taskId}/claim`)
        await staff.post(`/api/desk/tasks/${taskId}/${step}`, body)
        done.add(taskId)
      })
      if (mine.length > 0) continue
      if (performance.now() > until) throw new Error(`${step}: ${done.size} of ${of.size} came`)
      await sleep(LOOK_AGAIN_MS)
    }
  }

  return async ({ cases, concurrency, until, uploads }) => {
    const caseNos = new Set<string>()
    await sideBySide([...Array(cases).keys()], concurrency, async () => {
      caseNos.add(await lodge(uploads))
    })
    for (const step of stepsUntil(until)) await workDesk(step, caseNos, concurrency)
    return { caseNos: [...caseNos] }
  }
})
