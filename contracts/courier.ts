import { Type, type Static } from 'typebox'

/** The words of the courier (EMS): what we order, what it reports, what follows from the reports. */

/** Chinese mobile or landline (domain.md §4); the adapter decides which wire field carries it. */
export const CourierPhone = Type.String({
  pattern: '^(1[3-9]\\d{9}|0\\d{2,3}-?\\d{7,8}(-\\d{1,5})?)$',
  maxLength: 20,
})

/** One end of a parcel. Names of province, city and county as in GB/T 2260, the rest in `address`. */
export const CourierParty = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 50 }),
    mobile: CourierPhone,
    prov: Type.String({ minLength: 1, maxLength: 20 }),
    city: Type.String({ minLength: 1, maxLength: 20 }),
    county: Type.String({ minLength: 1, maxLength: 20 }),
    address: Type.String({ minLength: 1, maxLength: 100 }),
    postCode: Type.Optional(Type.String({ pattern: '^\\d{6}$' })),
  },
  { additionalProperties: false },
)
export type CourierParty = Static<typeof CourierParty>

/** Our key for one parcel: the same key ordered twice is one parcel. */
export const LogisticsOrderNo = Type.String({ pattern: '^[A-Za-z0-9_-]{1,50}$' })

export const WaybillNo = Type.String({ pattern: '^(\\d{13}|[A-Z]{2}\\d{9}[A-Z]{2})$' })

/**
 * A parcel we want carried. `inbound` is applicant to hall (originals), `outbound` hall to applicant
 * (papers). There is no field for an identity number or an item name: neither may reach a label.
 */
export const CourierOrder = Type.Object(
  {
    logisticsOrderNo: LogisticsOrderNo,
    direction: Type.Union([Type.Literal('inbound'), Type.Literal('outbound')]),
    sender: CourierParty,
    receiver: CourierParty,
    contents: Type.Literal('document'),
    weightGrams: Type.Optional(Type.Integer({ minimum: 1, maximum: 50_000 })),
    paymentMode: Type.Union([
      Type.Literal('sender'),
      Type.Literal('receiver'),
      Type.Literal('centre'),
    ]),
    pickup: Type.Boolean(),
    remark: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
)
export type CourierOrder = Static<typeof CourierOrder>

/** One scan of a parcel. `opTime` is ISO 8601 with +08:00; unique by (waybillNo, opCode, opTime). */
export const CourierTrace = Type.Object(
  {
    waybillNo: WaybillNo,
    opTime: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\+08:00$' }),
    opCode: Type.String({ minLength: 1, maxLength: 10 }),
    opName: Type.String({ maxLength: 50 }),
    opDesc: Type.String({ maxLength: 500 }),
    deliverCode: Type.Optional(Type.String({ maxLength: 4 })),
    attemptDeliveryCode: Type.Optional(Type.String({ maxLength: 4 })),
    opOrgName: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
)
export type CourierTrace = Static<typeof CourierTrace>

export const ParcelStage = Type.Union([
  Type.Literal('booked'),
  Type.Literal('collected'),
  Type.Literal('in-transit'),
  Type.Literal('out-for-delivery'),
  Type.Literal('attempt-failed'),
  Type.Literal('in-locker'),
  Type.Literal('delivered'),
  Type.Literal('intercepted'),
  Type.Literal('returning'),
  Type.Literal('returned'),
])
export type ParcelStage = Static<typeof ParcelStage>

/** Who took the parcel, as the courier's deliverCode says. */
export const DeliveredTo = Type.Union([
  Type.Literal('addressee'),
  Type.Literal('other-person'),
  Type.Literal('self-collected'),
  Type.Literal('mail-room'),
  Type.Literal('unstated'),
])
export type DeliveredTo = Static<typeof DeliveredTo>

/**
 * May 送达 be recorded on this evidence? `proven`: the addressee signed. `if-authorised`: only when the
 * file holds an authorisation of the one who took it. `no`: not delivered, or nobody named.
 */
export const LegalDelivery = Type.Union([
  Type.Literal('proven'),
  Type.Literal('if-authorised'),
  Type.Literal('no'),
])
export type LegalDelivery = Static<typeof LegalDelivery>

export const FailedAttempt = Type.Union([
  Type.Literal('addressee-unknown'),
  Type.Literal('refused'),
  Type.Literal('held-for-collection'),
  Type.Literal('address-changed'),
  Type.Literal('lost'),
  Type.Literal('other'),
])
export type FailedAttempt = Static<typeof FailedAttempt>

/** What follows from all scans of one parcel; `since` is the opTime of the scan that decided it. */
export const ParcelState = Type.Object(
  {
    stage: ParcelStage,
    since: Type.Optional(Type.String()),
    legalDelivery: LegalDelivery,
    deliveredTo: Type.Optional(DeliveredTo),
    failedAttempt: Type.Optional(FailedAttempt),
  },
  { additionalProperties: false },
)
export type ParcelState = Static<typeof ParcelState>
