import type { CourierOrder, CourierTrace } from '../../contracts/courier.ts'

/** The courier said no. Repeating the same request gives the same answer: a person must decide. */
export interface CourierRefusal {
  kind: 'refused'
  /** The courier's own code and words, for the operator's screen; long numbers are taken out. */
  code: string
  message: string
}

export type CreateParcelResult = { kind: 'booked'; waybillNo: string } | CourierRefusal
export type CancelParcelResult = { kind: 'cancelled' } | CourierRefusal
/** `known: false`: the courier has no scan of it (yet); that is not an error (domain.md §6). */
export type TrackParcelResult =
  { kind: 'tracked'; known: boolean; traces: CourierTrace[] } | CourierRefusal

/**
 * What the house needs from a courier. Every call ends in a result or throws PartnerFault;
 * `create` is harmless to repeat: one logisticsOrderNo is one parcel and one waybill for ever.
 */
export interface CourierGateway {
  create: (order: CourierOrder) => Promise<CreateParcelResult>
  cancel: (parcel: CancelParcel) => Promise<CancelParcelResult>
  track: (waybillNo: string) => Promise<TrackParcelResult>
  openPush: (body: unknown) => OpenedPush
  pushAnswer: (serialNo: string, outcome: PushOutcome) => PushAnswer
  close: () => Promise<void>
}

export interface CancelParcel {
  logisticsOrderNo: string
  waybillNo: string
  reason: string
}

/** A push as it came in. On `refused` answer with `pushAnswer(serialNo, refused)` and change nothing. */
export type OpenedPush =
  | { kind: 'traces'; serialNo: string; traces: CourierTrace[] }
  | { kind: 'refused'; serialNo: string; reason: PushRefusal }

export type PushRefusal = 'not-a-push' | 'foreign-sender' | 'cannot-decrypt' | 'not-a-trace'
export type PushOutcome = 'stored' | PushRefusal

/** Only code 00000 stops the courier from pushing the same scan again. */
export interface PushAnswer {
  serialNo: string
  code: string
  codeMessage: string
  senderNo: string
}
