/** Due dates are derived from the ledger and the calendar, never stored as truth (domain.md §3.3). */
import type { TimeLimit } from '../../contracts/item-package.ts'
import { dayOf } from './clock.ts'
import { addDays, addMonths, type Calendar } from './calendar.ts'

export type ClockName = 'acceptance' | 'correction' | 'handling' | 'delivery'

export interface ClockEntry {
  readonly clock: ClockName
  readonly kind: 'run' | 'stop' | 'exclude-from' | 'exclude-to'
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly onDay: string
}

export interface Limits {
  readonly statutory: Pick<TimeLimit, 'days' | 'unit'>
  readonly promise: Pick<TimeLimit, 'days' | 'unit'>
  readonly acceptDays: number
  readonly correctionDays: number
  readonly deliverDays: number
}

export interface DueDates {
  /** day 0 of Art. 32: the hall holds the papers */
  readonly receivedOn?: string
  readonly acceptBy?: string
  readonly correctBy?: string
  readonly acceptedOn?: string
  readonly promisedOn?: string
  readonly legalOn?: string
  readonly decidedOn?: string
  readonly deliverBy?: string
}

/** Filed on a rest day or after the counters close: day 0 is the next working day (Civil Code art. 203). */
export function receiptDay(calendar: Calendar, at: Date, closes = '17:30'): string {
  const day = dayOf(at)
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Asia/Shanghai',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at)
  return calendar.isWorkingDay(day) && time < closes ? day : calendar.nextWorkingDay(day)
}

/**
 * The last day of a limit that began on `from` (day 0). Days after an `exclude-from` up to and including its
 * `exclude-to` are not counted (Licensing Law art. 45); an open exclusion gives undefined: nobody can know the date yet.
 */
export function limitEnds(
  from: string,
  limit: Pick<TimeLimit, 'days' | 'unit'>,
  exclusions: readonly { from: string; to?: string }[],
  calendar: Calendar,
): string | undefined {
  if (exclusions.some((e) => e.to === undefined)) return undefined
  const excluded = (day: string) => exclusions.some((e) => e.from < day && day <= (e.to ?? day))
  const counts =
    limit.unit === 'working-day' ? (day: string) => calendar.isWorkingDay(day) : () => true
  const days = limit.unit === 'month' ? naturalDays(from, addMonths(from, limit.days)) : limit.days
  let day = from
  for (let left = days; left > 0;) {
    day = addDays(day, 1)
    if (counts(day) && !excluded(day)) left -= 1
  }
  return day
}

function naturalDays(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

/** @param entries in the order of the ledger */
export function deriveDueDates(
  entries: readonly ClockEntry[],
  limits: Limits,
  calendar: Calendar,
): DueDates {
  const started = (clock: ClockName) =>
    entries.findLast((e) => e.clock === clock && e.kind === 'run')?.onDay
  const received = started('acceptance')
  const correcting = started('correction')
  const accepted = started('handling')
  const decided = entries.findLast((e) => e.clock === 'handling' && e.kind === 'stop')?.onDay
  const delivery = started('delivery')
  const exclusions = exclusionsOf(entries)
  const working = (days: number) => ({ days, unit: 'working-day' as const })
  return dropUndefined({
    receivedOn: received,
    acceptBy: received && limitEnds(received, working(limits.acceptDays), [], calendar),
    correctBy: correcting && limitEnds(correcting, working(limits.correctionDays), [], calendar),
    acceptedOn: accepted,
    promisedOn: accepted && limitEnds(accepted, limits.promise, exclusions, calendar),
    legalOn: accepted && limitEnds(accepted, limits.statutory, exclusions, calendar),
    decidedOn: decided,
    deliverBy: delivery && limitEnds(delivery, working(limits.deliverDays), [], calendar),
  })
}

function exclusionsOf(entries: readonly ClockEntry[]): { from: string; to?: string }[] {
  const result: { from: string; to?: string }[] = []
  for (const entry of entries) {
    if (entry.kind === 'exclude-from') result.push({ from: entry.onDay })
    const open = result.at(-1)
    if (entry.kind === 'exclude-to' && open !== undefined) open.to = entry.onDay
  }
  return result
}

function dropUndefined(dates: { [K in keyof DueDates]: string | undefined }): DueDates {
  return Object.fromEntries(Object.entries(dates).filter(([, v]) => v !== undefined))
}
