import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { addMonths, createCalendar } from '../../../core/clock/calendar.ts'
import { dayOf, afterDeadline } from '../../../core/clock/clock.ts'
import {
  deriveDueDates,
  limitEnds,
  receiptDay,
  type ClockEntry,
} from '../../../core/clock/due-dates.ts'
import { calendarDays } from '../../../core/clock/seed-calendar.ts'

const data = createRequire(import.meta.url)('chinese-days/dist/chinese-days.json') as Parameters<
  typeof calendarDays
>[0]
const calendar = createCalendar(calendarDays(data))
const working = (days: number) => ({ days, unit: 'working-day' as const })
const limits = {
  statutory: working(20),
  promise: working(10),
  acceptDays: 5,
  correctionDays: 10,
  deliverDays: 10,
}

describe('working days with make-up days (domain.md §3.3 vectors)', () => {
  it.each([
    ['2017-09-25', 5, '2017-09-30'],
    ['2017-09-25', 20, '2017-10-27'],
    ['2025-09-29', 20, '2025-11-03'],
  ])('%s + %i working days = %s', (from, days, expected) => {
    expect(calendar.addWorkingDays(from, days)).toBe(expected)
  })

  it('counts a Saturday that is a make-up day', () => {
    expect(calendar.isWorkingDay('2017-09-30')).toBe(true)
    expect(calendar.isWorkingDay('2026-10-01')).toBe(false)
  })

  it('marks years that are not published as provisional and refuses days outside the table', () => {
    expect(calendar.knownUntil).toBe('2026-12-31')
    expect(() => calendar.isWorkingDay('2014-12-31')).toThrow(/no day 2014-12-31/)
  })
})

describe('a special procedure stops the clock for exactly its days', () => {
  it('accepted 2025-11-03, 10 days, stopped 11-06, resumed 11-20, due 12-01', () => {
    const entries: ClockEntry[] = [
      { clock: 'handling', kind: 'run', onDay: '2025-11-03' },
      { clock: 'handling', kind: 'exclude-from', onDay: '2025-11-06' },
      { clock: 'handling', kind: 'exclude-to', onDay: '2025-11-20' },
    ]
    expect(deriveDueDates(entries.slice(0, 1), limits, calendar).promisedOn).toBe('2025-11-17')
    expect(deriveDueDates(entries.slice(0, 2), limits, calendar).promisedOn).toBeUndefined()
    expect(deriveDueDates(entries, limits, calendar).promisedOn).toBe('2025-12-01')
  })

  it('never moves a date earlier, whatever is excluded', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        (a, b, n) => {
          const from = calendar.addWorkingDays('2025-11-03', a)
          const to = calendar.addWorkingDays(from, b)
          const plain = limitEnds('2025-11-03', working(n), [], calendar) ?? ''
          const stopped = limitEnds('2025-11-03', working(n), [{ from, to }], calendar) ?? ''
          expect(stopped >= plain).toBe(true)
        },
      ),
    )
  })
})

describe('units follow the legal basis', () => {
  it('natural days count rest days', () => {
    expect(limitEnds('2025-09-29', { days: 30, unit: 'natural-day' }, [], calendar)).toBe(
      '2025-10-29',
    )
  })
  it('months end on the last day of a shorter month', () => {
    expect(addMonths('2025-11-30', 3)).toBe('2026-02-28')
    expect(limitEnds('2025-11-30', { days: 3, unit: 'month' }, [], calendar)).toBe('2026-02-28')
  })
})

describe('the day of receipt', () => {
  it.each([
    ['2025-09-29T09:00:00+08:00', '2025-09-29'],
    ['2025-09-29T18:00:00+08:00', '2025-09-30'],
    ['2025-10-02T09:00:00+08:00', '2025-10-09'],
    ['2025-09-29T00:30:00+08:00', '2025-09-29'],
  ])('%s is received on %s', (at, expected) => {
    expect(receiptDay(calendar, new Date(at))).toBe(expected)
  })

  it('is a day in China whatever the zone of the machine', () => {
    expect(dayOf(new Date('2025-09-29T16:00:00Z'))).toBe('2025-09-30')
    expect(new Date(afterDeadline('2025-09-30')).toISOString()).toBe('2025-09-30T22:00:00.000Z')
  })
})

describe('the ledger of a whole case', () => {
  it('gives every date', () => {
    const entries: ClockEntry[] = [
      { clock: 'acceptance', kind: 'run', onDay: '2025-11-03' },
      { clock: 'acceptance', kind: 'stop', onDay: '2025-11-05' },
      { clock: 'handling', kind: 'run', onDay: '2025-11-05' },
      { clock: 'handling', kind: 'stop', onDay: '2025-11-12' },
      { clock: 'delivery', kind: 'run', onDay: '2025-11-12' },
    ]
    expect(deriveDueDates(entries, limits, calendar)).toEqual({
      receivedOn: '2025-11-03',
      acceptBy: '2025-11-10',
      acceptedOn: '2025-11-05',
      promisedOn: '2025-11-19',
      legalOn: '2025-12-03',
      decidedOn: '2025-11-12',
      deliverBy: '2025-11-26',
    })
  })
})
