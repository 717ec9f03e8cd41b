import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { InboxQuery, InboxRow } from '../../../contracts/inbox.ts'
import { listInbox } from '../../../core/inbox/inbox-list.ts'
import {
  inboxCountSql,
  inboxPageSql,
  type InboxSelection,
} from '../../../core/inbox/inbox-query.ts'
import { openOffice, personId, type Office } from '../decisions/office.ts'

const ROWS = 100_000

let office: Office
beforeAll(async () => {
  office = await openOffice()
  const { caseId } = await office.fileCase()
  // 60 % open, every 49th without a date, two posts of the hall, years of work done by two clerks
  await office.ownerDb.raw(
    `insert into inbox_task (task_id, case_id, process_instance_id, step, act, unit_code, post_code, item_code, case_no,
       item_name, step_name, applicant_masked, channel, submitted_at, opened_at, promised_on, legal_on, done_at, search)
     select 'task-' || lpad(i::text, 6, '0'), ?::bigint, 'pi', 'Task_Accept', 'accept', 'TH-HALL',
            case when i % 10 = 0 then 'POST-ISSUER' else 'POST-ACCEPTANCE' end, 'SAMPLE-PERMIT',
            'TH260101-' || lpad(i::text, 6, '0'), '样例许可', '受理', '张*' || i % 7, 'online', now(),
            timestamptz '2026-01-01' + i * interval '1 minute',
            case when i % 49 = 0 then null else date '2026-01-01' + (i * 7919 % 300) end,
            case when i % 49 = 0 then null else date '2026-02-01' + (i * 4099 % 300) end,
            case when i % 5 < 2 then timestamptz '2026-02-01' + i * interval '1 minute' end,
            'th260101-' || lpad(i::text, 6, '0') || ' 样例许可 张*' || i % 7
       from generate_series(1, ${ROWS}) as i`,
    [caseId],
  )
  await office.ownerDb.raw(
    `insert into task_claim (task_id, person_id, at, done_at)
     select t.task_id, case when right(t.task_id, 1) in ('1', '2') then ?::uuid else ?::uuid end, t.opened_at, t.done_at
       from inbox_task as t
      where right(t.task_id, 1) in ('1', '6') or right(t.task_id, 3) in ('002', '007')`,
    [personId('window1'), personId('window2')],
  )
  for (const table of ['inbox_task', 'task_claim'])
    await office.ownerDb.raw(`vacuum analyze ${table}`)
})
afterAll(() => office.close())

const list = (query: InboxQuery) =>
  listInbox(office.db, { personId: personId('window1'), day: '2026-03-16', query })

async function walk(query: InboxQuery, pages: number): Promise<InboxRow[]> {
  const rows: InboxRow[] = []
  let cursor: string | undefined
  for (let i = 0; i < pages; i += 1) {
    const page = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) })
    rows.push(...page.rows)
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  return rows
}

describe('the inbox', () => {
  it('shows the tasks of the person’s posts only, soonest first, and counts up to 10,000', async () => {
    const page = await list({})
    expect(page.rows).toHaveLength(50)
    expect(page.total).toEqual({ count: 10_000, more: true })
    expect(new Set(page.rows.map((r) => r.post))).toEqual(new Set(['POST-ACCEPTANCE']))
    const dates = page.rows.map((r) => r.promisedOn ?? '')
    expect(dates).toEqual([...dates].sort())
    expect(page.rows.every((r) => r.doneAt === undefined)).toBe(true)
  })

  it.each([
    ['promised', 'asc'],
    ['promised', 'desc'],
    ['legal', 'desc'],
    ['opened', 'asc'],
    ['caseNo', 'desc'],
  ] as const)(
    'pages by %s %s without a gap or a repeat, unknown dates last',
    async (sort, order) => {
      // given one small selection of everything
      const query = { sort, order, search: '-00012' } as const
      const whole = await list({ ...query, pageSize: 100 })
      const pages = await walk({ ...query, pageSize: 1 }, 100)
      expect(whole.rows.length).toBeGreaterThan(3)
      expect(pages.map((r) => r.taskId)).toEqual(whole.rows.map((r) => r.taskId))
    },
  )

  it('puts unknown dates last in either order, across pages', async () => {
    for (const order of ['asc', 'desc'] as const) {
      const rows = await walk({ order, search: '-0000', pageSize: 10 }, 100)
      const known = rows.map((r) => r.promisedOn !== undefined)
      expect(known.filter((k) => !k).length).toBeGreaterThan(0)
      expect(known).toEqual([...known].sort((a, b) => Number(b) - Number(a)))
    }
  })

  it('finds what I hold, what nobody holds and what I did', async () => {
    const mine = await list({ mine: true, pageSize: 100 })
    expect(mine.rows.length).toBeGreaterThan(0)
    expect(mine.rows.every((r) => r.claim?.mine === true && r.doneAt === undefined)).toBe(true)
    const free = await list({ unclaimed: true, pageSize: 100 })
    expect(free.rows).toHaveLength(100)
    expect(free.rows.every((r) => r.claim === undefined)).toBe(true)
    const done = await list({ state: 'done', mine: true, pageSize: 100 })
    expect(done.rows.every((r) => r.claim?.mine === true && r.doneAt !== undefined)).toBe(true)
    const times = done.rows.map((r) => r.doneAt ?? '')
    expect(times.length).toBeGreaterThan(0)
    expect(times).toEqual([...times].sort().reverse())
  })

  it('searches case number, item and masked applicant; a wildcard is only a letter', async () => {
    const found = await list({ search: 'TH260101-000123' })
    expect(found.rows.map((r) => r.caseNo)).toEqual(['TH260101-000123'])
    expect(found.total).toEqual({ count: 1, more: false })
    expect((await list({ search: '%000123%' })).rows).toEqual([])
    expect((await list({ item: 'NO-SUCH-ITEM' })).rows).toEqual([])
  })

  it('is empty for a person without a post, and refuses a foreign cursor', async () => {
    const nobody = { personId: personId('chief1'), day: '2019-01-01', query: {} }
    expect(await listInbox(office.db, nobody)).toEqual({
      rows: [],
      total: { count: 0, more: false },
    })
    const { nextCursor = '' } = await list({ sort: 'opened' })
    for (const bad of [
      { cursor: nextCursor },
      { cursor: 'not-a-cursor' },
      { sort: 'done' },
      { state: 'done', sort: 'legal' },
    ] as const)
      await expect(list(bad)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('at 100,000 rows', () => {
  const base: InboxSelection = {
    personId: personId('window1'),
    pairs: [
      { unit: 'TH-HALL', post: 'POST-ACCEPTANCE' },
      { unit: 'TH-HALL', post: 'POST-ISSUER' },
    ],
    state: 'open',
    mine: false,
    unclaimed: false,
    sort: 'promised',
    order: 'asc',
    limit: 51,
  }
  const deep = { value: '2026-08-01', taskId: 'task-050000' }

  it.each<[string, Partial<InboxSelection>]>([
    ['promised', {}],
    ['promised, deep page', { after: deep }],
    ['promised, backwards', { order: 'desc', after: deep }],
    ['promised, among the unknown', { after: { value: null, taskId: 'task-050000' } }],
    ['legal', { sort: 'legal', after: deep }],
    ['opened', { sort: 'opened', after: { value: '2026-02-01T00:00:00Z', taskId: 'task-050000' } }],
    ['case number', { sort: 'caseNo', order: 'desc' }],
    ['unclaimed', { unclaimed: true }],
    ['one item', { item: 'SAMPLE-PERMIT' }],
    ['searched', { search: '000123' }],
    ['mine', { mine: true }],
    ['done', { state: 'done', sort: 'done', order: 'desc' }],
    [
      'done, deep page',
      {
        state: 'done',
        sort: 'done',
        order: 'desc',
        after: { value: '2026-03-01T00:00:00Z', taskId: 'task-040000' },
      },
    ],
    ['done by me', { state: 'done', mine: true, sort: 'done', order: 'desc' }],
  ])('no page reads the whole table: %s', async (_name, change) => {
    const selection = { ...base, ...change }
    const page = inboxPageSql(selection)
    const plan = await explain(page.sql, page.bindings)
    expect(seqScans(plan)).not.toContain('inbox_task')
    if (selection.search === undefined) {
      // the page is read off the index: no more rows than pairs, ranges and claims account for
      expect(rowsRead(plan)).toBeLessThan(2_500)
    }
  })

  it('counting stops at its cap and uses an index', async () => {
    const { sql, bindings } = inboxCountSql(base, 10_001)
    const plan = await explain(sql, bindings)
    expect(seqScans(plan)).toEqual([])
    expect(rowsRead(plan)).toBeLessThanOrEqual(20_002)
  })
})

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Plan[]
}

async function explain(sql: string, bindings: readonly (string | number)[]): Promise<Plan> {
  const result: { rows: { 'QUERY PLAN': [{ Plan: Plan }] }[] } = await office.db.raw(
    `explain (analyze, format json) ${sql}`,
    bindings,
  )
  const [row] = result.rows
  if (row === undefined) throw new Error('no plan')
  return row['QUERY PLAN'][0].Plan
}

function nodes(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)]
}

function seqScans(plan: Plan): string[] {
  return nodes(plan)
    .filter((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'inbox_task')
    .map((node) => node['Relation Name'] ?? '')
}

/** Rows of inbox_task touched, those thrown away included. */
function rowsRead(plan: Plan): number {
  return nodes(plan)
    .filter((node) => node['Relation Name'] === 'inbox_task')
    .map((n) => (n['Actual Rows'] + (n['Rows Removed by Filter'] ?? 0)) * n['Actual Loops'])
    .reduce((a, b) => a + b, 0)
}
