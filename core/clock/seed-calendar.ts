/**
 * Fills `calendar_day` from the data of chinese-days (State Council announcements). Only its data is taken: its date
 * functions are off by one day west of UTC and silently give plain weekends for unpublished years (libraries.md §5).
 */
import { createRequire } from 'node:module'
import type { Knex } from 'knex'
import { addDays, type CalendarDay } from './calendar.ts'

interface ChineseDays {
  readonly holidays: Readonly<Record<string, string>>
  readonly workdays: Readonly<Record<string, string>>
}

const FIRST_YEAR = 2015
/** Years after the last published one, as plain weekends and marked provisional. */
const PROVISIONAL_YEARS = 3

interface NamedDay extends CalendarDay {
  readonly name: string | null
}

/** @returns every day from 2015 to three years past the last published year */
export function calendarDays(data: ChineseDays): NamedDay[] {
  const lastYear = Math.max(...Object.keys(data.holidays).map((day) => Number(day.slice(0, 4))))
  const end = `${lastYear + PROVISIONAL_YEARS}-12-31`
  const days: NamedDay[] = []
  for (let day = `${FIRST_YEAR}-01-01`; day <= end; day = addDays(day, 1)) {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
    const special = data.holidays[day] ?? data.workdays[day]
    const works =
      day in data.holidays ? false : day in data.workdays || (weekday !== 0 && weekday !== 6)
    days.push({
      day,
      works,
      name: special?.split(',')[1] ?? null,
      provisional: Number(day.slice(0, 4)) > lastYear,
    })
  }
  return days
}

/** Adds missing days and confirms provisional ones; never changes a published day. */
export async function seedCalendar(db: Knex): Promise<void> {
  const data = createRequire(import.meta.url)('chinese-days/dist/chinese-days.json') as ChineseDays
  const days = calendarDays(data)
  await db.raw(
    `insert into calendar_day (day, works, name, provisional)
     select * from jsonb_to_recordset(?::jsonb) as d (day date, works boolean, name text, provisional boolean)
     on conflict (day) do update
       set works = excluded.works, name = excluded.name, provisional = excluded.provisional
       where calendar_day.provisional and not excluded.provisional`,
    [JSON.stringify(days)],
  )
}
