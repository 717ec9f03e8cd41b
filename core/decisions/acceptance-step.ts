import type { Calendar } from '../clock/calendar.ts'
import { listClockEntries } from '../clock/clock-ledger.ts'
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

export async function withAcceptanceClock(
  step: OpenStep,
  calendar: Calendar,
): Promise<AcceptanceStep> {
  const { context, trx, day } = step
  const entries = await listClockEntries(trx, context.case.id)
  const { receivedOn, acceptBy } = deriveDueDates(entries, context.version.package.guide, calendar)
  if (receivedOn === undefined) throw new Error('a received case has no acceptance clock')
  return { ...step, calendar, receivedOn, deemed: acceptBy !== undefined && day > acceptBy }
}
