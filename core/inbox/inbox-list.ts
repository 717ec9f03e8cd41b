/** A page of the inbox for one person: the tasks of their posts, or what they hold or did. */
import type { Knex } from 'knex'
import type { InboxPage, InboxQuery, InboxRow, InboxSort } from '../../contracts/inbox.ts'
import { problem } from '../../contracts/problems.ts'
import { personRights } from '../identity/rights.ts'
import {
  inboxCountSql,
  inboxPageSql,
  type InboxPosition,
  type InboxSelection,
} from './inbox-query.ts'

export interface InboxRequest {
  readonly personId: string
  /** yyyy-mm-dd in Asia/Shanghai, for the validity of posts */
  readonly day: string
  readonly query: InboxQuery
}

/** Counting further would cost more than it tells. */
const COUNT_CAP = 10_000
const PAGE_SIZE = 50

/** @throws INVALID_INPUT for a cursor of another order, and for an order that does not fit the state */
export async function listInbox(db: Knex, request: InboxRequest): Promise<InboxPage> {
  const selection = await selectionOf(db, request)
  if (selection.pairs.length === 0 && !selection.mine)
    return { rows: [], total: { count: 0, more: false } }
  const { sql, bindings } = inboxPageSql({ ...selection, limit: selection.limit + 1 })
  const result: { rows: TaskRow[] } = await db.raw(sql, bindings)
  const page = result.rows.slice(0, selection.limit)
  const last = page.at(-1)
  const more = result.rows.length > selection.limit && last !== undefined
  return {
    rows: page.map((row) => toInboxRow(row, request.personId)),
    ...(selection.after === undefined ? { total: await count(db, selection) } : {}),
    ...(more ? { nextCursor: encodeCursor(selection, last) } : {}),
  }
}

async function selectionOf(
  db: Knex,
  { personId, day, query }: InboxRequest,
): Promise<InboxSelection> {
  const { posts } = await personRights(db, personId, day)
  const state = query.state ?? 'open'
  const sort = query.sort ?? (state === 'done' ? 'done' : 'promised')
  if ((sort === 'done') !== (state === 'done')) throw invalid('sort', 'sort does not fit the state')
  const order = query.order ?? (sort === 'done' ? 'desc' : 'asc')
  return {
    personId,
    pairs: posts.map(({ unit, post }) => ({ unit, post })),
    state,
    mine: query.mine ?? false,
    unclaimed: query.unclaimed ?? false,
    item: query.item,
    search: query.search?.trim() === '' ? undefined : query.search?.trim(),
    sort,
    order,
    after: query.cursor === undefined ? undefined : decodeCursor(query.cursor, sort, order),
    limit: query.pageSize ?? PAGE_SIZE,
  }
}

async function count(
  db: Knex,
  selection: InboxSelection,
): Promise<{ count: number; more: boolean }> {
  const { sql, bindings } = inboxCountSql(selection, COUNT_CAP + 1)
  const result: { rows: { count: number }[] } = await db.raw(sql, bindings)
  const found = result.rows[0]?.count ?? 0
  return { count: Math.min(found, COUNT_CAP), more: found > COUNT_CAP }
}

interface TaskRow {
  readonly task_id: string
  readonly case_no: string
  readonly item_code: string
  readonly item_name: string
  readonly step: string
  readonly step_name: string
  readonly act: InboxRow['act']
  readonly unit_code: string
  readonly post_code: string
  readonly applicant_masked: string
  readonly channel: string
  readonly submitted_at: Date
  readonly opened_at: Date
  readonly done_at: Date | null
  readonly promised_on: string | null
  readonly legal_on: string | null
  readonly sort_value: string | Date | null
  readonly claim_person: string | null
  readonly claim_at: Date | null
  readonly claim_name: string | null
}

function toInboxRow(row: TaskRow, personId: string): InboxRow {
  return {
    taskId: row.task_id,
    caseNo: row.case_no,
    itemCode: row.item_code,
    itemName: row.item_name,
    step: row.step,
    stepName: row.step_name,
    act: row.act,
    unit: row.unit_code,
    post: row.post_code,
    applicant: row.applicant_masked,
    channel: row.channel,
    submittedAt: row.submitted_at.toISOString(),
    openedAt: row.opened_at.toISOString(),
    ...(row.done_at === null ? {} : { doneAt: row.done_at.toISOString() }),
    ...(row.promised_on === null ? {} : { promisedOn: row.promised_on }),
    ...(row.legal_on === null ? {} : { legalOn: row.legal_on }),
    ...(row.claim_person === null || row.claim_at === null
      ? {}
      : {
          claim: {
            personName: row.claim_name ?? '',
            mine: row.claim_person === personId,
            at: row.claim_at.toISOString(),
          },
        }),
  }
}

function encodeCursor({ sort, order }: InboxSelection, last: TaskRow): string {
  // Dates become ISO text; the database keeps milliseconds only, so nothing is lost.
  return Buffer.from(JSON.stringify([sort, order, last.sort_value, last.task_id])).toString(
    'base64url',
  )
}

function decodeCursor(cursor: string, sort: InboxSort, order: 'asc' | 'desc'): InboxPosition {
  const parts = parsed(cursor)
  if (!Array.isArray(parts) || parts[0] !== sort || parts[1] !== order)
    throw invalid('cursor', 'the cursor belongs to another order')
  const [, , value, taskId] = parts as readonly unknown[]
  const validValue =
    sort === 'caseNo'
      ? typeof value === 'string'
      : sort === 'promised' || sort === 'legal'
        ? value === null || (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/u.test(value))
        : typeof value === 'string' && !Number.isNaN(Date.parse(value))
  if (!validValue || typeof taskId !== 'string' || taskId.includes('\0'))
    throw invalid('cursor', 'the cursor is damaged')
  return { value: value as string | null, taskId }
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function invalid(field: string, en: string) {
  return problem('INVALID_INPUT', {
    fields: [{ field, code: 'INVALID', zh: '排序或翻页参数不对，请从第一页重新查询', en }],
  })
}
