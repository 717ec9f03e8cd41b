/** Working days of China with make-up days (调休), from the table `calendar_day`; computed on date strings only. */
import type { Knex } from 'knex'

export interface Calendar {
  isWorkingDay(day: string): boolean
  /** Day 0 is `day`; the n-th working day after it. n = 0 gives `day`. */
  addWorkingDays(day: string, n: number): string
  nextWorkingDay(day: string): string
  /** the working days after `from`, up to and including `to` */
  workingDaysBetween(from: string, to: string): number
  /** last day of a published year; later days are provisional (weekends only) */
  readonly knownUntil: string
}

export interface CalendarDay {
  readonly day: string
  readonly works: boolean
  readonly provisional: boolean
}

/** @returns `day` + n natural days, both `yyyy-mm-dd` */
export function addDays(day: string, n: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + n)
  return at.toISOString().slice(0, 10)
}

/** Civil Code art. 202-203: the same day n months later, or the last day of a shorter month. */
export function addMonths(day: string, n: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  const wanted = at.getUTCDate()
  at.setUTCDate(1)
  at.setUTCMonth(at.getUTCMonth() + n)
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
  at.setUTCDate(Math.min(wanted, last))
  return at.toISOString().slice(0, 10)
}

/** @throws when a date lies outside the table: a silent guess would become a legal date */
export function createCalendar(days: readonly CalendarDay[]): Calendar {
  const works = new Map(days.map((d) => [d.day, d.works]))
  const known = days.filter((d) => !d.provisional).map((d) => d.day)
  const knownUntil = known.reduce((a, b) => (a > b ? a : b), '')

  function isWorkingDay(day: string): boolean {
    const found = works.get(day)
    if (found === undefined) throw new Error(`the calendar has no day ${day}; extend calendar_day`)
    return found
  }

  function nextWorkingDay(day: string): string {
    let next = addDays(day, 1)
    while (!isWorkingDay(next)) next = addDays(next, 1)
    return next
  }

  function addWorkingDays(day: string, n: number): string {
    let at = day
    for (let left = n; left > 0; left -= 1) at = nextWorkingDay(at)
    return at
  }

  function workingDaysBetween(from: string, to: string): number {
    let count = 0
    for (let day = addDays(from, 1); day <= to; day = addDays(day, 1))
      if (isWorkingDay(day)) count += 1
    return count
  }

  return { isWorkingDay, addWorkingDays, nextWorkingDay, workingDaysBetween, knownUntil }
}

export async function loadCalendar(db: Knex): Promise<Calendar> {
  const rows = await db('calendar_day as d').select<CalendarDay[]>(
    'd.day',
    'd.works',
    'd.provisional',
  )
  if (rows.length === 0) throw new Error('calendar_day is empty; run the seed (npm start does)')
  return createCalendar(rows)
}

/** One load a process: the table changes once a year. `get` retries after a failed load. */
export interface CalendarSource {
  get(): Promise<Calendar>
}

export function createCalendarSource(db: Knex): CalendarSource {
  let loaded: Promise<Calendar> | undefined
  return {
    get() {
      loaded ??= loadCalendar(db).catch((error: unknown) => {
        loaded = undefined
        throw error
      })
      return loaded
    },
  }
}
