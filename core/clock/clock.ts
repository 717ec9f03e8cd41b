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

/** @returns the last second of the day in Asia/Shanghai, for engine timers ("due at 24:00 of the day", domain.md §3.3) */
export function endOfDay(day: string): string {
  return `${day}T23:59:59+08:00`
}
