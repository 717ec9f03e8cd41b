import type {
  CourierTrace,
  DeliveredTo,
  FailedAttempt,
  LegalDelivery,
  ParcelStage,
  ParcelState,
} from '../../contracts/courier.ts'

/**
 * What each operation code means (domain.md §6), in the natural course of a parcel: a list, because
 * an object would sort codes such as '203' by number. Codes that are not listed are counter scans
 * which move nothing; they stay in the history and are ignored here.
 */
const COURSE: readonly (readonly [opCode: string, stage: ParcelStage])[] = [
  ['203', 'collected'],
  ['305', 'in-transit'],
  ['389', 'in-transit'],
  ['954', 'in-transit'],
  ['989', 'in-transit'],
  ['713', 'in-transit'],
  ['702', 'out-for-delivery'],
  ['705', 'attempt-failed'],
  ['747', 'in-locker'],
  ['704', 'delivered'],
  ['748', 'delivered'],
  ['013', 'intercepted'],
  ['708', 'returning'],
  ['711', 'returned'],
  ['741', 'returned'],
]
const STAGE_OF = new Map(COURSE)

/** 冲销: the scan that takes an earlier scan back. */
const REVERSES: Readonly<Record<string, string>> = {
  '207': '203',
  '742': '702',
  '743': '704',
  '744': '705',
}

/** Two scans may carry the same second: then the natural course of a parcel decides. */
const RANK = new Map(COURSE.map(([code], rank) => [code, rank]))

/** deliverCode of a 704 -> who took it. 50 is a parcel locker: the same fact as 747, not a person. */
const TAKEN_BY: Readonly<Record<string, DeliveredTo>> = {
  '10': 'addressee',
  '20': 'other-person',
  '30': 'self-collected',
  '60': 'mail-room',
}

const PROOF = {
  addressee: 'proven',
  'other-person': 'if-authorised',
  'self-collected': 'if-authorised',
  'mail-room': 'if-authorised',
  unstated: 'no',
} as const satisfies Record<DeliveredTo, LegalDelivery>

const ATTEMPT: Readonly<Record<string, FailedAttempt>> = {
  '3': 'addressee-unknown',
  '7': 'refused',
  '8': 'held-for-collection',
  '11': 'address-changed',
  '13': 'lost',
}

/**
 * Where a parcel is, from all its scans in any order and with any repeats (pushes come twice and out
 * of order). Pure. All traces must be of one waybill.
 */
export function deriveParcelState(traces: readonly CourierTrace[]): ParcelState {
  const effective = withoutReversed(inOrder(traces))
  let state: ParcelState = { stage: 'booked', legalDelivery: 'no' }
  for (const trace of effective) {
    const stage = stageOf(trace)
    if (stage === undefined || !mayFollow(state.stage, stage)) continue
    state = stateAt(stage, trace)
  }
  return state
}

/** A late depot scan cannot undo a delivery; only a reversal, a return or an interception can. */
function mayFollow(from: ParcelStage, to: ParcelStage): boolean {
  if (from === 'returned') return false
  if (from === 'delivered' || from === 'returning') {
    return to === 'returning' || to === 'returned' || to === 'delivered'
  }
  return true
}

function stateAt(stage: ParcelStage, trace: CourierTrace): ParcelState {
  const state: ParcelState = { stage, since: trace.opTime, legalDelivery: 'no' }
  if (stage === 'delivered') {
    const deliveredTo =
      trace.opCode === '748' ? 'self-collected' : (TAKEN_BY[trace.deliverCode ?? ''] ?? 'unstated')
    return { ...state, deliveredTo, legalDelivery: PROOF[deliveredTo] }
  }
  if (stage === 'attempt-failed') {
    return { ...state, failedAttempt: ATTEMPT[trace.attemptDeliveryCode ?? ''] ?? 'other' }
  }
  return state
}

function stageOf(trace: CourierTrace): ParcelStage | undefined {
  if (trace.opCode === '704' && trace.deliverCode === '50') return 'in-locker'
  return STAGE_OF.get(trace.opCode)
}

function inOrder(traces: readonly CourierTrace[]): CourierTrace[] {
  const unique = new Map<string, CourierTrace>()
  for (const trace of traces) {
    const key = `${trace.waybillNo}|${trace.opCode}|${trace.opTime}`
    const known = unique.get(key)
    // The same scan pushed twice with different details: any fixed choice, so order cannot matter.
    if (!known || detail(trace) > detail(known)) unique.set(key, trace)
  }
  return [...unique.values()].sort(
    (a, b) => Date.parse(a.opTime) - Date.parse(b.opTime) || rankOf(a) - rankOf(b) || byCode(a, b),
  )
}

function detail(trace: CourierTrace): string {
  return `${trace.deliverCode ?? ''}|${trace.attemptDeliveryCode ?? ''}|${trace.opDesc}`
}

/** A reversal ranks right after the scan it takes back. */
function rankOf(trace: CourierTrace): number {
  const reversed = REVERSES[trace.opCode]
  return reversed === undefined ? (RANK.get(trace.opCode) ?? -1) : (RANK.get(reversed) ?? 0) + 0.5
}

function byCode(a: CourierTrace, b: CourierTrace): number {
  return a.opCode < b.opCode ? -1 : a.opCode > b.opCode ? 1 : 0
}

/** Each reversal takes back the newest scan of its kind before it that still stands. */
function withoutReversed(ordered: readonly CourierTrace[]): CourierTrace[] {
  const standing: CourierTrace[] = []
  for (const trace of ordered) {
    const reversed = REVERSES[trace.opCode]
    if (reversed === undefined) {
      standing.push(trace)
      continue
    }
    const at = standing.findLastIndex((earlier) => earlier.opCode === reversed)
    if (at >= 0) standing.splice(at, 1)
  }
  return standing
}
