import type { Calendar } from '../clock/calendar.ts'
import { deriveDueDates } from '../clock/due-dates.ts'
import type { OpenStep } from './open-step.ts'

/** The step of acceptance with what all five outcomes need to know. */
export interface AcceptanceStep extends OpenStep {
  readonly calendar: Calendar
  /** day 0 of art. 32: the hall has held the complete papers since */
  readonly receivedOn: string
  /** the last day to answer has passed: by law the application is accepted since `receivedOn` */
  readonly deemed: boolean
}

export function withAcceptanceClock(step: OpenStep, calendar: Calendar): AcceptanceStep {
  const { context, day } = step
  const { guide } = context.version.package
  const { receivedOn, acceptBy } = deriveDueDates(context.clock, guide, calendar)
  if (receivedOn === undefined) throw new Error('a received case has no acceptance clock')
  return { ...step, calendar, receivedOn, deemed: acceptBy !== undefined && day > acceptBy }
}
