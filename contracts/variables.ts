/**
 * The only names that may stand in an engine variable, and the messages a flow may wait for.
 * Engine variables hold keys and choices, never forms, files or personal data (architecture.md, boundaries).
 */
export const Variables = {
  caseNo: 'caseNo',
  /** `<item code>@<version>` of the pinned item version */
  itemVersion: 'itemVersion',
  /** 'upload' | 'ems' | 'window': how the papers reach the hall */
  inbound: 'inbound',
  /** 'ems' | 'window' | 'download': how the result reaches the applicant */
  delivery: 'delivery',
  /** boolean, written by material-check */
  checksPassed: 'checksPassed',
  /** 'accept' | 'request-correction' | 'not-required' | 'not-competent' */
  acceptanceOutcome: 'acceptanceOutcome',
  /** boolean: accepted although a tolerable paper is missing (容缺) */
  toleranceOpen: 'toleranceOpen',
  /** ISO 8601 date-time with offset; 06:00 of the day after the deadline in Asia/Shanghai, computed by core/clock */
  correctionDeadline: 'correctionDeadline',
  toleranceDeadline: 'toleranceDeadline',
  /** boolean, written by record-outcome after a deadline: the answer was on file before the timer came (decision 0040) */
  answeredInTime: 'answeredInTime',
  /** boolean, comes with `parcel-delivered`: the addressee signed; otherwise a clerk sees to the proof or hands over */
  deliveryProven: 'deliveryProven',
  /** 'grant' | 'refuse' */
  decision: 'decision',
} as const
export type VariableName = (typeof Variables)[keyof typeof Variables]

/** Items may declare further scalars of their form as `facts`; their names must match this. */
export const FACT_NAME = /^fact_[a-z][A-Za-z0-9]{0,40}$/

export const Messages = {
  /** the applicant sent what the correction notice lists */
  correctionSubmitted: 'correction-submitted',
  /** the applicant supplied the tolerated papers */
  toleranceSupplied: 'tolerance-supplied',
  /** the hall received the applicant's parcel (EMS 704 at the hall) */
  parcelReceived: 'parcel-received',
  /** the parcel with the result has ended its way: signed for (EMS 704, 748) or sent back (711, 741) */
  parcelDelivered: 'parcel-delivered',
} as const
export type MessageName = (typeof Messages)[keyof typeof Messages]

export type Scalar = string | number | boolean
export type EngineVariables = Readonly<Record<string, Scalar>>
