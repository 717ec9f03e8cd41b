/** Status that is true: derived from the append-only file, the engine's token (projection) and the clock ledger. */
import type { Knex } from 'knex'
import type { CaseEvent } from '../../contracts/case-events.ts'
import { STATUS_WORDS, type CaseStatus } from '../../contracts/case-status.ts'
import type { Bilingual, FlowStep } from '../../contracts/item-package.ts'
import type { StatusView } from '../../contracts/status-view.ts'
import { Messages } from '../../contracts/variables.ts'
import type { ItemVersion } from '../catalogue/item-versions.ts'
import type { CalendarSource } from '../clock/calendar.ts'
import { dayOf } from '../clock/clock.ts'
import { deriveDueDates, type DueDates } from '../clock/due-dates.ts'
import { applicantOf, maskName } from './applicant.ts'
import { openCorrection, openTolerance } from './asked-materials.ts'
import type { CaseContext } from './case-context.ts'
import { loadCase } from './load-case.ts'
import { getCase } from './case-events.ts'
import { deriveStatus, isEnded } from './derive-status.ts'
import { resultParcel } from './parcel-evidence.ts'
import { explainDates } from './explain-dates.ts'
import { TIMELINE_WORDS } from './timeline-words.ts'

interface Wait {
  readonly activityId: string
  readonly kind: 'user' | 'topic' | 'message' | 'timer' | 'other'
  readonly messageName: string | null
  readonly openedAt: Date
}

export function createStatusView({ db, calendar }: { db: Knex; calendar: CalendarSource }) {
  /** @throws CASE_NOT_FOUND */
  async function get(caseNo: string): Promise<{ revision: string; view: StatusView }> {
    const days = await calendar.get()
    const row = await getCase(db, { caseNo })
    const [context, waits, parcels, documents, pending] = await Promise.all([
      loadCase(db, { caseId: row.id }),
      listWaits(db, row.id),
      listParcels(db, row.id),
      listIssued(db, row.id),
      hasOpenCommand(db, row.id),
    ])
    const status = deriveStatus(context.events)
    const due = deriveDueDates(context.clock, limitsOf(context.version), days)
    const item = context.version.package
    const applicant = applicantOf(item, context.form)
    const view: StatusView = {
      caseNo: row.caseNo,
      item: { code: row.itemCode, name: item.guide.taskName, version: context.version.version },
      applicant: maskName(applicant.name, applicant.kind),
      status,
      words: STATUS_WORDS[status],
      where: waits.map((w) => ({
        step: w.activityId,
        name: citizenWord(context.version, w.activityId),
        since: w.openedAt.toISOString(),
      })),
      whoActs: whoActs(context, status, waits),
      next: nextSteps(context.version, waits),
      dates: { submittedOn: dayOf(row.submittedAt), ...explainDates(due, item) },
      mustDo: mustDo(context.events, due, waits, context.version),
      parcels,
      documents,
      timeline: timeline(context.events),
      settling: pending || (waits.length === 0 && !isEnded(status) && status !== 'closed'),
    }
    return { revision: row.revision, view }
  }
  return { get }
}

export type StatusViews = ReturnType<typeof createStatusView>

export function limitsOf(version: ItemVersion) {
  const { statutory, promise, acceptDays, correctionDays, deliverDays } = version.package.guide
  return { statutory, promise, acceptDays, correctionDays, deliverDays }
}

async function listWaits(db: Knex, caseId: string): Promise<Wait[]> {
  return (await db('case_wait as w')
    .select({
      activityId: 'w.activity_id',
      kind: 'w.kind',
      messageName: 'w.message_name',
      openedAt: 'w.opened_at',
    })
    .where('w.case_id', caseId)
    .orderBy('w.opened_at')) as Wait[]
}

async function listParcels(db: Knex, caseId: string): Promise<StatusView['parcels']> {
  return (await db('parcel as p')
    .select({ direction: 'p.direction', waybillNo: 'p.waybill_no', state: 'p.state' })
    .where('p.case_id', caseId)
    .orderBy('p.booked_at')) as StatusView['parcels']
}

async function listIssued(db: Knex, caseId: string): Promise<StatusView['documents']> {
  const rows = (await db('document as d')
    .select({ id: 'd.id', kind: 'd.kind', docNo: 'd.doc_no', at: 'd.ordered_at' })
    .where('d.case_id', caseId)
    .orderBy('d.ordered_at')) as { id: string; kind: string; docNo: string; at: Date }[]
  return rows.map((r) => ({ ...r, at: r.at.toISOString() }))
}

async function hasOpenCommand(db: Knex, caseId: string): Promise<boolean> {
  const row: unknown = await db('engine_command as c')
    .select('c.id')
    .where('c.case_id', caseId)
    .whereNull('c.done_at')
    .first()
  return row !== undefined
}

function citizenWord(version: ItemVersion, activityId: string): Bilingual {
  return version.package.steps[activityId]?.citizen ?? { zh: '办理中', en: 'In progress' }
}

function whoActs(
  context: CaseContext,
  status: CaseStatus,
  waits: readonly Wait[],
): StatusView['whoActs'] {
  const user = waits.find((w) => w.kind === 'user')
  if (user !== undefined) {
    const step = context.version.package.steps[user.activityId]
    return {
      kind: 'office',
      unit: step?.unit === 'deciding' ? context.case.decidingUnit : context.case.handlingUnit,
    }
  }
  const message = waits.find((w) => w.kind === 'message')
  if (message !== undefined) return { kind: waitsForApplicant(message) ? 'applicant' : 'courier' }
  if (waits.length > 0) return { kind: 'system' }
  return { kind: isEnded(status) || status === 'closed' ? 'nobody' : 'system' }
}

function waitsForApplicant(wait: Wait): boolean {
  return (
    wait.messageName === Messages.correctionSubmitted ||
    wait.messageName === Messages.toleranceSupplied
  )
}

/** The nearest steps with a citizen word behind the open ones; gateways are walked through. */
function nextSteps(version: ItemVersion, waits: readonly Wait[]): Bilingual[] {
  const byId = new Map<string, FlowStep>(version.steps.map((s) => [s.id, s]))
  const found = new Map<string, Bilingual>()
  const seen = new Set<string>()
  const walk = (ids: readonly string[]) => {
    for (const id of ids) {
      if (seen.has(id)) continue
      seen.add(id)
      const word = version.package.steps[id]?.citizen
      if (word !== undefined) found.set(word.zh, word)
      else walk(byId.get(id)?.next ?? [])
    }
  }
  for (const wait of waits) walk(byId.get(wait.activityId)?.next ?? [])
  return [...found.values()]
}

function mustDo(
  events: readonly CaseEvent[],
  due: DueDates,
  waits: readonly Wait[],
  version: ItemVersion,
): StatusView['mustDo'] {
  const acts: StatusView['mustDo'] = []
  const correction = openCorrection(events)
  if (correction !== undefined) {
    acts.push({
      act: 'submit-correction',
      text: { zh: '请按通知书一次补齐', en: 'Correct everything the notice lists' },
      by: correction.deadline,
      subjects: correction.defects.map(({ subject, problem, fix }) => ({ subject, problem, fix })),
    })
  }
  const tolerance = openTolerance(events)
  if (tolerance !== undefined) {
    acts.push({
      act: 'supply-tolerance',
      text: { zh: '请补交容缺的材料', en: 'Supply the tolerated papers' },
      by: tolerance.deadline,
      subjects: tolerance.materials.map((code) => ({
        subject: code,
        problem: '容缺',
        fix: version.package.materials.find((m) => m.code === code)?.name.zh ?? code,
      })),
    })
  }
  if (
    waits.some((w) => w.kind === 'user' && version.package.steps[w.activityId]?.act === 'hand-over')
  ) {
    acts.push({
      act: 'collect',
      text:
        resultParcel(events)?.stage === 'signed'
          ? {
              zh: '邮件由他人签收，请与出证窗口确认您已收到',
              en: 'Another person signed for the parcel: confirm to the window that you have it',
            }
          : {
              zh: '请带身份证件到出证窗口领取',
              en: 'Collect the result at the window with your identity card',
            },
      ...(due.deliverBy === undefined ? {} : { by: due.deliverBy }),
      subjects: [],
    })
  }
  return acts
}

/** Machine steps are in the file but tell the applicant nothing new. */
const SILENT = new Set<CaseEvent['type']>([
  'materials-checked',
  'noticed',
  'parcel-tracked',
  'closed',
])

function timeline(events: readonly CaseEvent[]): StatusView['timeline'] {
  return events
    .filter((e) => !SILENT.has(e.type))
    .map((e) => ({ at: e.at.toISOString(), type: e.type, words: TIMELINE_WORDS[e.type] }))
}
