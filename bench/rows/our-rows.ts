import type { OurSide } from '../sides/our-side.ts'
import { cloneRows } from './clone-rows.ts'
import { deskSql, DUE_DAY_SQL, type RowPlan } from './row-plan.ts'

export interface Templates {
  /** case number of one that is over, and of one that waits at the review */
  readonly closed: string
  readonly open: string
}

/** Far above the ids of cases that were really played. */
const FIRST_ID = 1_000_000

/**
 * Copies a finished and an open case into our tables. The copies' hash chains are those of their patterns and would not
 * verify; nothing of what is measured reads them. Triggers and keys stay on.
 */
export async function fillOurSide(
  { db }: Pick<OurSide, 'db'>,
  templates: Templates,
  plan: RowPlan,
): Promise<{ caseNos: string[] }> {
  const idOf = async (caseNo: string) => {
    const { rows } = await db.query<{ id: string }>('select id from case_file where case_no = $1', [
      caseNo,
    ])
    if (rows[0] === undefined) throw new Error(`${caseNo} is not there`)
    return rows[0].id
  }
  const [open, closed] = [await idOf(templates.open), await idOf(templates.closed)]
  await db.query('set statement_timeout = 0')
  for (const [template, from, to] of [
    [open, 1, plan.open],
    [closed, plan.open + 1, plan.total],
  ] as const) {
    const range = { template, from, to }
    await cloneFile({ db }, { ...range, to: Math.min(to, plan.filed) })
    await cloneHead({ db }, { ...range, from: Math.max(from, plan.filed + 1) })
    await cloneTasks({ db }, range, template === open)
  }
  await db.query('vacuum analyze')
  const { rows } = await db.query<{ case_no: string }>(
    'select case_no from case_file where id > $1 and id <= $2 order by id',
    [FIRST_ID, FIRST_ID + plan.filed],
  )
  return { caseNos: rows.map((row) => row.case_no) }
}

interface Range {
  readonly template: string
  readonly from: number
  readonly to: number
}

const caseId = `${FIRST_ID} + g`
const caseNo = `'TH260101-' || lpad(g::text, 6, '0')`
const draftId = `md5('draft ' || g)::uuid`
const own = (column: string) => `t.${column} || '#' || g`
const ofCase = 'case_id = $1'

/** The case itself and where it stands. */
async function cloneHead({ db }: Pick<OurSide, 'db'>, range: Range): Promise<void> {
  await cloneRows(db, {
    ...range,
    table: 'case_draft',
    where: 'id = (select draft_id from case_file where id = $1)',
    columns: { id: draftId, submitted_key: own('submitted_key') },
  })
  await cloneRows(db, {
    ...range,
    table: 'case_file',
    where: 'id = $1',
    columns: { id: caseId, case_no: caseNo, unified_no: own('unified_no'), draft_id: draftId },
  })
  await cloneRows(db, {
    ...range,
    table: 'case_position',
    where: ofCase,
    columns: { case_id: caseId, process_instance_id: own('process_instance_id') },
  })
  await cloneRows(db, {
    ...range,
    table: 'case_wait',
    where: ofCase,
    columns: { case_id: caseId, activity_instance_id: own('activity_instance_id') },
  })
}

/** With everything its status is derived from. */
async function cloneFile(side: Pick<OurSide, 'db'>, range: Range): Promise<void> {
  await cloneHead(side, range)
  const more = {
    case_form: {},
    case_event: {},
    clock_entry: {},
    material_file: { id: 'gen_random_uuid()', draft_id: draftId, storage_key: own('storage_key') },
    document: {
      id: 'gen_random_uuid()',
      order_key: own('order_key'),
      doc_no: own('doc_no'),
      verify_code: own('verify_code'),
    },
  }
  for (const [table, columns] of Object.entries(more))
    await cloneRows(side.db, {
      ...range,
      table,
      where: ofCase,
      columns: { case_id: caseId, ...columns },
    })
}

async function cloneTasks({ db }: Pick<OurSide, 'db'>, range: Range, open: boolean): Promise<void> {
  const atDesk = {
    step: deskSql(({ step }) => step),
    act: deskSql(({ act }) => act),
    unit_code: deskSql(({ unit }) => unit),
    post_code: deskSql(({ post }) => post),
    promised_on: DUE_DAY_SQL,
    legal_on: `${DUE_DAY_SQL} + 10`,
  }
  await cloneRows(db, {
    ...range,
    table: 'inbox_task',
    where: open ? `${ofCase} and done_at is null` : ofCase,
    columns: {
      task_id: own('task_id'),
      case_id: caseId,
      case_no: caseNo,
      process_instance_id: own('process_instance_id'),
      search: `replace(t.search, lower(t.case_no), lower(${caseNo}))`,
      ...(open ? atDesk : {}),
    },
  })
}
