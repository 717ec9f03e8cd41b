import type { StockSide } from '../sides/stock-side.ts'
import { cloneRows } from './clone-rows.ts'
import type { Templates } from './our-rows.ts'
import { deskSql, DUE_DAY_SQL, type RowPlan } from './row-plan.ts'

/** Ids of instances, executions, tasks and history entries; every one gets the number of its copy behind it. */
const OWN_IDS = new Set([
  'id_',
  'proc_inst_id_',
  'root_proc_inst_id_',
  'execution_id_',
  'parent_id_',
  'task_id_',
  'act_inst_id_',
  'parent_act_inst_id_',
])

/** What an open case has in the runtime tables, parents first. */
const RUNTIME = ['act_ru_execution', 'act_ru_task', 'act_ru_identitylink', 'act_ru_variable']

/**
 * Copies a finished and an open instance into the engine's tables. Of the history only instances and tasks are copied:
 * the other tables are not read by what is measured, and smaller ones are to the engine's advantage.
 */
export async function fillStockSide(
  { db }: Pick<StockSide, 'db'>,
  templates: Templates,
  plan: RowPlan,
): Promise<{ caseNos: string[] }> {
  const idOf = async (key: string) => {
    const { rows } = await db.query<{ id: string }>(
      'select id_ as id from act_hi_procinst where business_key_ = $1',
      [key],
    )
    if (rows[0] === undefined) throw new Error(`${key} is not there`)
    return rows[0].id
  }
  const [open, closed] = [await idOf(templates.open), await idOf(templates.closed)]
  const openRange = { template: open, from: 1, to: plan.open }
  for (const table of RUNTIME) await copy({ db }, table, openRange)
  for (const range of [openRange, { template: closed, from: plan.open + 1, to: plan.total }])
    for (const table of ['act_hi_procinst', 'act_hi_taskinst']) await copy({ db }, table, range)
  await db.query('vacuum analyze')
  const { rows } = await db.query<{ key: string }>(
    `select business_key_ as key from act_hi_procinst
      where business_key_ like 'TH260101-%' order by business_key_ limit ${plan.filed}`,
  )
  return { caseNos: rows.map((row) => row.key) }
}

async function copy(
  { db }: Pick<StockSide, 'db'>,
  table: string,
  range: { template: string; from: number; to: number },
): Promise<void> {
  const { rows } = await db.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  )
  const names = rows.map(({ name }) => name)
  const columns: Record<string, string> = {}
  // Ids are varchar(64), and an activity instance's may fill it ("Gateway_ReviewComplete:<uuid>"); its tail tells nothing apart.
  for (const name of names) if (OWN_IDS.has(name)) columns[name] = `left(t.${name}, 56) || '#' || g`
  if (names.includes('business_key_'))
    columns['business_key_'] =
      `case when t.business_key_ is null then null else 'TH260101-' || lpad(g::text, 6, '0') end`
  if (table === 'act_ru_task') {
    columns['task_def_key_'] = deskSql(({ step }) => step)
    columns['due_date_'] = DUE_DAY_SQL
  }
  if (table === 'act_ru_identitylink') columns['group_id_'] = deskSql(({ post }) => post)
  if (table === 'act_ru_variable')
    columns['text_'] =
      `case when t.name_ = 'caseNo' then 'TH260101-' || lpad(g::text, 6, '0') else t.text_ end`
  // An identity link knows its task only; a variable also hangs on its scope.
  if (names.includes('var_scope_')) columns['var_scope_'] = `t.var_scope_ || '#' || g`
  const where =
    table === 'act_ru_identitylink'
      ? 'task_id_ in (select id_ from act_ru_task where proc_inst_id_ = $1)'
      : 'proc_inst_id_ = $1'
  await cloneRows(db, { ...range, table, where, columns })
}
