import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CourierTrace, ParcelState } from '../../contracts/courier.ts'
import { deriveParcelState } from '../../core/dispatch/derive-parcel-state.ts'

/** `704:10` is opCode 704 with deliverCode 10, `705/7` with attemptDeliveryCode 7; a minute apart. */
function traces(course: string): CourierTrace[] {
  return course
    .split(' ')
    .filter((word) => word !== '')
    .map((word, minute) => {
      const [, opCode = '', deliverCode, attemptDeliveryCode] =
        /^(\w+)(?::(\d+))?(?:\/(\d+))?$/.exec(word) ?? []
      return {
        waybillNo: '9823189069696',
        opTime: `2026-03-02T10:${String(minute).padStart(2, '0')}:00+08:00`,
        opCode,
        opName: '',
        opDesc: '',
        ...(deliverCode === undefined ? {} : { deliverCode }),
        ...(attemptDeliveryCode === undefined ? {} : { attemptDeliveryCode }),
      }
    })
}

const at = (minute: number) => `2026-03-02T10:${String(minute).padStart(2, '0')}:00+08:00`

const TABLE: [course: string, state: ParcelState][] = [
  ['', { stage: 'booked', legalDelivery: 'no' }],
  ['999', { stage: 'booked', legalDelivery: 'no' }],
  ['203', { stage: 'collected', since: at(0), legalDelivery: 'no' }],
  ['203 305', { stage: 'in-transit', since: at(1), legalDelivery: 'no' }],
  ['203 305 389 954 989 713', { stage: 'in-transit', since: at(5), legalDelivery: 'no' }],
  ['203 305 702', { stage: 'out-for-delivery', since: at(2), legalDelivery: 'no' }],
  [
    '203 305 702 704:10',
    { stage: 'delivered', since: at(3), deliveredTo: 'addressee', legalDelivery: 'proven' },
  ],
  [
    '203 702 704:20',
    {
      stage: 'delivered',
      since: at(2),
      deliveredTo: 'other-person',
      legalDelivery: 'if-authorised',
    },
  ],
  [
    '203 702 704:30',
    {
      stage: 'delivered',
      since: at(2),
      deliveredTo: 'self-collected',
      legalDelivery: 'if-authorised',
    },
  ],
  [
    '203 702 704:60',
    { stage: 'delivered', since: at(2), deliveredTo: 'mail-room', legalDelivery: 'if-authorised' },
  ],
  [
    '203 702 704',
    { stage: 'delivered', since: at(2), deliveredTo: 'unstated', legalDelivery: 'no' },
  ],
  // A locker is not a person, whichever code says so.
  ['203 702 747', { stage: 'in-locker', since: at(2), legalDelivery: 'no' }],
  ['203 702 704:50', { stage: 'in-locker', since: at(2), legalDelivery: 'no' }],
  [
    '203 702 747 748',
    {
      stage: 'delivered',
      since: at(3),
      deliveredTo: 'self-collected',
      legalDelivery: 'if-authorised',
    },
  ],
  // Reversals take back exactly one scan of their kind.
  ['203 207', { stage: 'booked', legalDelivery: 'no' }],
  ['203 305 702 742', { stage: 'in-transit', since: at(1), legalDelivery: 'no' }],
  ['203 702 704:10 743', { stage: 'out-for-delivery', since: at(1), legalDelivery: 'no' }],
  ['203 702 705/7 744', { stage: 'out-for-delivery', since: at(1), legalDelivery: 'no' }],
  [
    '203 702 704:20 743 704:10',
    { stage: 'delivered', since: at(4), deliveredTo: 'addressee', legalDelivery: 'proven' },
  ],
  [
    '203 702 704:10 704:20 743',
    { stage: 'delivered', since: at(2), deliveredTo: 'addressee', legalDelivery: 'proven' },
  ],
  // A reversal with nothing to take back changes nothing.
  ['203 743 702', { stage: 'out-for-delivery', since: at(2), legalDelivery: 'no' }],
  [
    '203 702 705/3',
    {
      stage: 'attempt-failed',
      since: at(2),
      failedAttempt: 'addressee-unknown',
      legalDelivery: 'no',
    },
  ],
  [
    '203 702 705/7',
    { stage: 'attempt-failed', since: at(2), failedAttempt: 'refused', legalDelivery: 'no' },
  ],
  [
    '203 702 705/8',
    {
      stage: 'attempt-failed',
      since: at(2),
      failedAttempt: 'held-for-collection',
      legalDelivery: 'no',
    },
  ],
  [
    '203 702 705/11',
    {
      stage: 'attempt-failed',
      since: at(2),
      failedAttempt: 'address-changed',
      legalDelivery: 'no',
    },
  ],
  [
    '203 702 705/13',
    { stage: 'attempt-failed', since: at(2), failedAttempt: 'lost', legalDelivery: 'no' },
  ],
  [
    '203 702 705',
    { stage: 'attempt-failed', since: at(2), failedAttempt: 'other', legalDelivery: 'no' },
  ],
  [
    '203 702 705/8 702 704:10',
    { stage: 'delivered', since: at(4), deliveredTo: 'addressee', legalDelivery: 'proven' },
  ],
  ['203 305 013', { stage: 'intercepted', since: at(2), legalDelivery: 'no' }],
  ['203 702 705/7 708', { stage: 'returning', since: at(3), legalDelivery: 'no' }],
  ['203 702 705/7 708 305', { stage: 'returning', since: at(3), legalDelivery: 'no' }],
  ['203 702 705/7 708 711', { stage: 'returned', since: at(4), legalDelivery: 'no' }],
  // 711 and 741 reopen a delivery that was reported before.
  ['203 702 704:10 711', { stage: 'returned', since: at(3), legalDelivery: 'no' }],
  ['203 702 704:20 741', { stage: 'returned', since: at(3), legalDelivery: 'no' }],
  // A depot that scans late cannot undo a delivery.
  [
    '203 702 704:10 989 516',
    { stage: 'delivered', since: at(2), deliveredTo: 'addressee', legalDelivery: 'proven' },
  ],
]

describe('deriveParcelState', () => {
  it.each(TABLE)('given the scans "%s", then %j', (course, state) => {
    expect(deriveParcelState(traces(course))).toEqual(state)
  })

  it('given any order and any repeats of the same scans, then the state is the same', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(
            ...TABLE.map(([course]) => traces(course)).filter(({ length }) => length > 1),
          )
          .chain((course) =>
            fc.tuple(
              fc.constant(course),
              fc.shuffledSubarray([...course, ...course], {
                minLength: course.length * 2,
                maxLength: course.length * 2,
              }),
            ),
          ),
        ([course, pushed]) => {
          expect(deriveParcelState(pushed)).toEqual(deriveParcelState(course))
        },
      ),
    )
  })

  it('given a parcel whose scans all carry one second, then its natural course decides', () => {
    const sameSecond = traces('704:10 203 702 305').map((trace) => ({ ...trace, opTime: at(0) }))
    expect(deriveParcelState(sameSecond).stage).toBe('delivered')
    expect(deriveParcelState([...sameSecond, { ...sameSecond[0]!, opCode: '743' }]).stage).toBe(
      'out-for-delivery',
    )
  })
})
