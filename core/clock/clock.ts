import { addDays } from './calendar.ts'

/** Time comes from here and only from here (style.md rule 6); tests and rehearsals pass their own. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** The office's day is a calendar day in Asia/Shanghai, whatever the machine's zone. */
const DAY = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

/** @returns `yyyy-mm-dd` in Asia/Shanghai */
export function dayOf(at: Date): string {
  return DAY.format(at)
}

/**
 * When the engine may act on a deadline nobody met: 06:00 of the next day. The day itself ends at 24:00 (domain.md §3.3) and
 * the file refuses what comes later; the hours between let an answer of the last minute reach the engine first, also
 * when the engine was away over midnight.
 */
export function afterDeadline(day: string): string {
  return `${addDays(day, 1)}T06:00:00+08:00`
}
