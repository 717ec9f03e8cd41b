/**
 * The statement behind an inbox page. Each pair (unit, post) of the person walks one index in the wanted order and stops
 * after a page; the pages are merged. Nothing grows with the number of rows (keyset, never offset).
 */
import type { InboxSort } from '../../contracts/inbox.ts'

export interface InboxPosition {
  /** sort value of the last row of the page before; null sorts last */
  readonly value: string | null
  readonly taskId: string
}

export interface InboxSelection {
  readonly personId: string
  readonly pairs: readonly { readonly unit: string; readonly post: string }[]
  readonly state: 'open' | 'done'
  readonly mine: boolean
  readonly unclaimed: boolean
  readonly item?: string | undefined
  readonly search?: string | undefined
  readonly sort: InboxSort
  readonly order: 'asc' | 'desc'
  readonly after?: InboxPosition | undefined
  readonly limit: number
}

export interface Statement {
  readonly sql: string
  readonly bindings: readonly (string | number)[]
}

const COLUMN: Readonly<Record<InboxSort, { readonly name: string; readonly type: string }>> = {
  promised: { name: 'promised_on', type: 'date' },
  legal: { name: 'legal_on', type: 'date' },
  opened: { name: 'opened_at', type: 'timestamptz' },
  caseNo: { name: 'case_no', type: 'text' },
  done: { name: 'done_at', type: 'timestamptz' },
}

/** Dates are unknown until a clock runs; such rows come last in either order. */
const NULLABLE: ReadonlySet<InboxSort> = new Set(['promised', 'legal'])

/** Columns of `inbox_task`, `sort_value`, the claim and its holder's name; `limit` rows at most. */
export function inboxPageSql(selection: InboxSelection): Statement {
  const [value, id] = sortColumns(selection)
  const direction = selection.order
  const inner = join(
    sources(selection).flatMap((source) =>
      ranges(selection).map((range) =>
        text(
          `(select t.*, ${value} as sort_value from `,
          source,
          text(' and '),
          range,
          ...filters(selection),
          text(` order by ${value} ${direction}, ${id} ${direction} limit ?)`, selection.limit),
        ),
      ),
    ),
    ' union all ',
  )
  return text(
    `select t.*, c.person_id as claim_person, c.at as claim_at, p.name as claim_name from (`,
    inner,
    text(
      `) as t
       left join task_claim as c on c.task_id = t.task_id
       left join person as p on p.id = c.person_id
      order by t.sort_value ${direction} nulls last, t.task_id ${direction} limit ?`,
      selection.limit,
    ),
  )
}

/** One row `count`, never more than `cap`. */
export function inboxCountSql(selection: InboxSelection, cap: number): Statement {
  const inner = join(
    sources(selection).map((source) =>
      text('(select 1 from ', source, ...filters(selection), text(' limit ?)', cap)),
    ),
    ' union all ',
  )
  return text(
    'select count(*)::integer as count from (select 1 from (',
    inner,
    text(`) as t limit ?) as counted`, cap),
  )
}

/** What I hold or did is found by my claims, everything else by my posts. */
function sources({ pairs, mine, state, personId }: InboxSelection): Statement[] {
  const over = state === 'open' ? 't.done_at is null' : 't.done_at is not null'
  if (!mine)
    return pairs.map(({ unit, post }) =>
      text(`inbox_task as t where t.unit_code = ? and t.post_code = ? and ${over}`, unit, post),
    )
  const claimOver = state === 'open' ? 'm.done_at is null' : 'm.done_at is not null'
  return [
    text(
      `task_claim as m join inbox_task as t on t.task_id = m.task_id
        where m.person_id = ? and ${claimOver} and ${over}`,
      personId,
    ),
  ]
}

/** What I did is read in the order of my own claims, so that years of it cost no more than a day. */
function sortColumns({ sort, mine }: InboxSelection): readonly [value: string, id: string] {
  return mine && sort === 'done'
    ? ['m.done_at', 'm.task_id']
    : [`t.${COLUMN[sort].name}`, 't.task_id']
}

/** Where the page begins. Known and unknown dates are two ranges of the index, so each stays a range scan. */
function ranges(selection: InboxSelection): Statement[] {
  const { sort, order, after } = selection
  const [column, id] = sortColumns(selection)
  const { type } = COLUMN[sort]
  const beyond = order === 'asc' ? '>' : '<'
  const known =
    after === undefined
      ? [text(`${column} is not null`)]
      : after.value === null
        ? []
        : [text(`(${column}, ${id}) ${beyond} (?::${type}, ?)`, after.value, after.taskId)]
  if (!NULLABLE.has(sort)) return known
  const unknown =
    after?.value === null
      ? text(`${column} is null and ${id} ${beyond} ?`, after.taskId)
      : text(`${column} is null`)
  return [...known, unknown]
}

function filters({ item, search, unclaimed }: InboxSelection): Statement[] {
  return [
    ...(item === undefined ? [] : [text(' and t.item_code = ?', item)]),
    ...(search === undefined ? [] : [text(' and t.search like ?', `%${escaped(search)}%`)]),
    ...(unclaimed
      ? [text(' and not exists (select 1 from task_claim as u where u.task_id = t.task_id)')]
      : []),
  ]
}

function escaped(search: string): string {
  return search.toLowerCase().replace(/[\\%_]/gu, '\\$&')
}

/** Parts in order: SQL with its bindings behind it, or a statement. */
function text(sql: string, ...parts: readonly (string | number | Statement)[]): Statement {
  let joined = sql
  const bindings: (string | number)[] = []
  for (const part of parts) {
    if (typeof part === 'object') {
      joined += part.sql
      bindings.push(...part.bindings)
    } else bindings.push(part)
  }
  return { sql: joined, bindings }
}

function join(statements: readonly Statement[], by: string): Statement {
  return {
    sql: statements.map((s) => s.sql).join(by),
    bindings: statements.flatMap((s) => s.bindings),
  }
}
