import type { Knex } from 'knex'

import type { CaseEvent } from '../../contracts/case-events.ts'
import { appendCaseEvent, type CaseRow } from '../../core/cases/case-events.ts'
import { changeCase } from '../../core/cases/change-case.ts'
import { loadCalendar } from '../../core/clock/calendar.ts'
import { appendClockEntry } from '../../core/clock/clock-ledger.ts'
import { composePaper, paperPart } from '../../core/documents/compose-paper.ts'
import type { DocumentKind } from '../../core/documents/document-facts.ts'
import { seedCalendar } from '../../core/clock/seed-calendar.ts'
import { EXAMINER, shippedVersion } from './documents-builders.ts'
import type { TestDatabase } from './database.ts'

const AT = new Date('2026-11-23T09:00:00+08:00')

/** Units, a clerk, a remedy, the calendar and the labour item as version 1. */
export async function givenDistrict(database: TestDatabase): Promise<void> {
  const { ownerDb: db } = database
  await seedCalendar(db)
  await db('unit').insert([
    { code: 'TH-HRSS', name: '天河区人力资源和社会保障局', name_en: 'HRSS', level: '4' },
    { code: 'TH-HALL', name: '天河区政务服务中心', name_en: 'Hall', level: '4' },
  ])
  await db('person').insert({ id: EXAMINER, subject: 'e1', staff_no: 'TH0101', name: '李四' })
  await db('remedy').insert({
    unit_code: 'TH-HRSS',
    reconsideration_organ: '天河区人民政府',
    court: '广州铁路运输法院',
    valid_from: '2024-01-01',
  })
  const version = shippedVersion('labour-dispatch')
  const { code, guide } = version.package
  await db('item').insert({ code, name: guide.taskName.zh, name_en: guide.taskName.en })
  await givenVersion(db, 1)
}

/** @param templates own bodies by kind, as a published package would carry them */
export async function givenVersion(
  db: Knex,
  number: number,
  templates: Readonly<Record<string, string>> = {},
): Promise<void> {
  const version = shippedVersion('labour-dispatch')
  const paths = Object.fromEntries(Object.keys(templates).map((k) => [k, `documents/${k}.typ`]))
  const documents = { ...version.package.documents, templates: paths }
  const versions: unknown = await db('item_version')
    .insert({
      item_code: version.itemCode,
      version: number,
      sha256: String(number).repeat(64),
      package: JSON.stringify({ ...version.package, documents }),
      form: JSON.stringify(version.form),
      form_schema: '{}',
      flow: version.flow,
      steps: '[]',
      state: 'published',
      engine_definition_id: `definition-${number}`,
      created_by: 'test',
      created_at: AT,
      published_at: AT,
    })
    .returning('id')
  for (const [kind, source] of Object.entries(templates))
    await db('item_version_file').insert({
      item_version_id: firstId(versions),
      path: `documents/${kind}.typ`,
      sha256: 'x',
      content: Buffer.from(source),
    })
}

/** A paper that is numbered and whose words are frozen, as a receipt is at filing; its PDF is not made yet. */
export async function givenOrderedPaper(
  { db }: TestDatabase,
  of: {
    readonly caseId: string
    readonly kind: DocumentKind
    readonly cause: string
    readonly at: Date
  },
): Promise<{ documentId: string }> {
  const { caseId, kind, cause, at } = of
  const calendar = await loadCalendar(db)
  const clock = { now: () => at }
  const { result } = await changeCase({ db, clock }, { caseId }, async (context, change, on) => {
    const paper = await composePaper(on, { kind, context, calendar, at })
    change.also(paperPart(paper, cause))
    return paper
  })
  return result
}

let filedSoFar = 0

/** A case with these events in its file, received and accepted by the clocks on 2026-11-23. */
export async function givenCase(
  database: TestDatabase,
  events: readonly CaseEvent[],
  version = 1,
): Promise<Pick<CaseRow, 'id' | 'caseNo'>> {
  filedSoFar += 1
  const { db } = database
  const caseNo = `TH261123-${String(filedSoFar).padStart(4, '0')}`
  const item = shippedVersion('labour-dispatch')
  const transport = JSON.stringify({ inbound: 'upload', delivery: 'window' })
  const form = JSON.stringify({ companyName: '广州示例劳务有限公司', uscc: '91440106MA00000A94' })
  return db.transaction(async (trx) => {
    const versionRow = (await trx('item_version as v')
      .select('v.id')
      .where({ 'v.item_code': item.itemCode, 'v.version': version })
      .first()) as { id: number }
    const drafts: unknown = await trx('case_draft')
      .insert({
        item_version_id: versionRow.id,
        channel: 'online',
        token_hash: 'x',
        created_at: AT,
        updated_at: AT,
      })
      .returning('id')
    const cases: unknown = await trx('case_file')
      .insert({
        case_no: caseNo,
        unified_no: `${item.package.guide.taskCode}20261123${filedSoFar}`,
        draft_id: firstId(drafts),
        item_version_id: versionRow.id,
        item_code: item.itemCode,
        deciding_unit: 'TH-HRSS',
        handling_unit: 'TH-HALL',
        channel: 'online',
        submitted_at: AT,
      })
      .returning('id')
    const of = { id: firstId(cases), caseNo }
    await trx('case_form').insert({ case_id: of.id, snapshot: 1, form, transport, at: AT })
    for (const event of events) await appendCaseEvent(trx, of, event)
    for (const clock of ['acceptance', 'handling'] as const)
      await appendClockEntry(trx, of.id, {
        clock,
        kind: 'run',
        onDay: '2026-11-23',
        reason: 'test',
        at: AT,
      })
    return of
  })
}

function firstId(rows: unknown): string {
  const [row] = rows as { id: string | number }[]
  if (row === undefined) throw new Error('nothing was inserted')
  return String(row.id)
}
