/** 收件: the hall holds the papers. Day 0 of the five working days of Licensing Law art. 32. */
import type { Knex } from 'knex'
import type { Actor } from '../../contracts/case-events.ts'
import type { Calendar } from '../clock/calendar.ts'
import { appendClockEntry } from '../clock/clock-ledger.ts'
import { receiptDay } from '../clock/due-dates.ts'
import type { CaseChange } from './case-change.ts'
import { appendCaseEvent, type CaseRow } from './case-events.ts'

export interface Receipt {
  readonly by: 'upload' | 'ems' | 'window'
  readonly waybillNo?: string
  readonly at: Date
  readonly actor: Actor
  readonly calendar: Calendar
}

const ACCEPTANCE = { clock: 'acceptance', kind: 'run', reason: '行政许可法第三十二条' } as const

/** The same for a case that is being filed. */
export function receiveFiling(
  change: CaseChange,
  { by, actor, calendar }: Pick<Receipt, 'by' | 'actor' | 'calendar'>,
): void {
  change.append({ type: 'received', actor, payload: { by } })
  change.moveClock({ ...ACCEPTANCE, onDay: receiptDay(calendar, change.at) })
}

/** Needs the case lock. */
export async function receive(
  trx: Knex.Transaction,
  of: Pick<CaseRow, 'id' | 'caseNo'>,
  receipt: Receipt,
): Promise<void> {
  const { by, waybillNo, at, actor, calendar } = receipt
  await appendCaseEvent(trx, of, {
    type: 'received',
    at,
    actor,
    payload: { by, ...(waybillNo === undefined ? {} : { waybillNo }) },
  })
  await appendClockEntry(trx, of.id, {
    ...ACCEPTANCE,
    onDay: receiptDay(calendar, at),
    at,
  })
}
