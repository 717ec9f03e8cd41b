/** The few facts a notice tells; none of them is a name, an identity number or an address (domain.md §7). */
import type { Static } from 'typebox'
import type { CaseEvent, CaseEventOf, CaseEventType } from '../../contracts/case-events.ts'
import type { NoticeKind as NoticeKindSchema } from '../../contracts/topics.ts'

export type NoticeKind = Static<typeof NoticeKindSchema>
export type NoticeParams = Readonly<Record<string, string>>

export interface NoticeFacts {
  readonly caseNo: string
  readonly events: readonly CaseEvent[]
  /** promised date, from the clock ledger */
  readonly promisedOn?: string | undefined
  /** what only the caller knows: the query code at filing */
  readonly given?: NoticeParams | undefined
}

/** @throws when the file does not hold what the notice tells: the flow asks for a notice before its event */
export function noticeParams(kind: NoticeKind, facts: NoticeFacts): NoticeParams {
  const { caseNo, events, promisedOn, given = {} } = facts
  switch (kind) {
    case 'received':
      return { caseNo, queryCode: present(kind, given['queryCode']) }
    case 'accepted':
      return { caseNo, dueDate: present(kind, promisedOn) }
    case 'correction': {
      const { defects, deadline } = last(events, 'correction-requested').payload
      return { caseNo, count: String(defects.length), deadline }
    }
    case 'tolerance':
      return {
        caseNo,
        deadline: present(kind, last(events, 'accepted').payload.toleranceDeadline),
      }
    case 'decided':
      return {
        caseNo,
        result: last(events, 'decided').payload.decision === 'grant' ? '准予许可' : '不予许可',
      }
    case 'dispatched':
      return { caseNo, waybillNo: outbound(events).payload.waybillNo }
    case 'refused-acceptance':
    case 'withdrawn':
    case 'terminated':
      return { caseNo }
  }
}

function last<T extends CaseEventType>(events: readonly CaseEvent[], type: T): CaseEventOf<T> {
  const found = events.findLast((event) => event.type === type)
  if (found === undefined) throw new Error(`the notice needs an event ${type}`)
  return found as CaseEventOf<T>
}

function outbound(events: readonly CaseEvent[]): CaseEventOf<'dispatched'> {
  const found = events.findLast(
    (event): event is CaseEventOf<'dispatched'> =>
      event.type === 'dispatched' && event.payload.direction === 'outbound',
  )
  if (found === undefined) throw new Error('the notice needs an outbound parcel')
  return found
}

function present(kind: NoticeKind, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`notice ${kind} lacks a fact`)
  return value
}
