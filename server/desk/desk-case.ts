import type { RuleOutcome } from '../../contracts/case-events.ts'
import { STATUS_WORDS } from '../../contracts/case-status.ts'
import type { DeskCase, TimelineEntry } from '../../contracts/desk.ts'
import type { Database } from '../../core/database/database.ts'
import type { CaseContext } from '../../core/cases/case-context.ts'
import { loadCase } from '../../core/cases/load-case.ts'
import type { CaseRow } from '../../core/cases/case-events.ts'
import { deriveStatus } from '../../core/cases/derive-status.ts'
import { listActorNames, listOpenTasks, type DeskTask } from '../../core/cases/desk-file.ts'
import { explainDates } from '../../core/cases/explain-dates.ts'
import { limitsOf } from '../../core/cases/status-view.ts'
import { TIMELINE_WORDS } from '../../core/cases/timeline-words.ts'
import type { CalendarSource } from '../../core/clock/calendar.ts'
import { deriveDueDates } from '../../core/clock/due-dates.ts'
import { listDocuments } from '../../core/documents/documents.ts'
import { mayAct } from '../../core/identity/rights.ts'
import { listColleagues } from '../../core/identity/staff.ts'
import { toDocumentView } from '../hall/document-view.ts'
import { toFileView } from '../hall/views.ts'

export interface Reader {
  readonly personId: string
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly day: string
}

/** The whole file for one reader, who has been let in before (case-reader.ts). */
export async function deskCaseOf(
  db: Database,
  calendar: CalendarSource,
  row: CaseRow,
  reader: Reader,
): Promise<DeskCase> {
  const [context, tasks, documents, days] = await Promise.all([
    loadCase(db, { caseId: row.id }),
    listOpenTasks(db, row.id),
    listDocuments(db, row.id),
    calendar.get(),
  ])
  const { package: item, form: formDefinition, version, sha256 } = context.version
  const status = deriveStatus(context.events)
  const due = deriveDueDates(context.clock, limitsOf(context.version), days)
  return {
    caseNo: row.caseNo,
    unifiedNo: row.unifiedNo,
    item: { code: row.itemCode, name: item.guide.taskName, version, sha256 },
    channel: row.channel,
    decidingUnit: row.decidingUnit,
    handlingUnit: row.handlingUnit,
    submittedAt: row.submittedAt.toISOString(),
    status,
    words: STATUS_WORDS[status],
    dates: explainDates(due, item),
    form: context.form,
    formDefinition: formDefinition as unknown as Record<string, unknown>,
    snapshot: context.snapshot,
    transport: context.transport,
    materials: item.materials,
    files: context.files.map((file) => ({
      ...toFileView(file),
      filed: file.filed,
      replaced: file.replaced,
    })),
    rules: checkedRules(context),
    laws: item.laws,
    tasks: await Promise.all(tasks.map((task) => toOpenTask(db, row, task, reader))),
    documents: documents.map(toDocumentView),
    timeline: await timelineOf(db, context.events),
  }
}

export async function timelineOf(
  db: Database,
  events: CaseContext['events'],
): Promise<TimelineEntry[]> {
  const names = await listActorNames(db, events)
  return events.map(({ seq, at, type, actor, payload }) => {
    const { kind, id, unit, post } = actor
    const name = kind === 'staff' ? names.get(id) : undefined
    return {
      seq,
      at: at.toISOString(),
      type,
      words: TIMELINE_WORDS[type],
      actor: {
        kind,
        ...(name === undefined ? {} : { name }),
        ...(unit === undefined ? {} : { unit }),
        ...(post === undefined ? {} : { post }),
      },
      payload: payload,
    }
  })
}

function checkedRules({ version, events }: CaseContext): DeskCase['rules'] {
  const last = events.findLast((e) => e.type === 'materials-checked')
  const outcomes = new Map<string, RuleOutcome>(
    last?.type === 'materials-checked' ? last.payload.results.map((r) => [r.ruleId, r]) : [],
  )
  return version.package.rules.map(({ test, ...rule }) => {
    const found = outcomes.get(rule.id)
    const untested = test.type === 'manual' ? 'manual' : 'unchecked'
    return {
      ...rule,
      outcome: found?.outcome ?? untested,
      ...(found?.subject === undefined ? {} : { subject: found.subject }),
    }
  })
}

async function toOpenTask(
  db: Database,
  row: CaseRow,
  task: DeskTask,
  { personId, day }: Reader,
): Promise<DeskCase['tasks'][number]> {
  const { claimedBy, claimedName, openedAt, ...rest } = task
  const key = { itemCode: row.itemCode, unitCode: task.unit, step: task.step, day }
  const [post, colleagues] = await Promise.all([
    mayAct(db, { ...key, personId }),
    listColleagues(db, key),
  ])
  return {
    ...rest,
    openedAt: openedAt.toISOString(),
    mayAct: post !== undefined,
    ...(claimedBy === null
      ? {}
      : { claim: { personName: claimedName ?? '', mine: claimedBy === personId } }),
    colleagues: colleagues.map(({ staffNo, name }) => ({ staffNo, name })),
  }
}
