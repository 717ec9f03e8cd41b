/** What a citizen (or a clerk for a citizen) files: form data, how papers travel, receipts. */
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }

/** Keys are those of the item version's form; checked against its derived JSON Schema, not here. */
export const FormData = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }),
  Type.Unknown(),
  {
    maxProperties: 200,
    description: 'answers by form key',
  },
)
export type FormData = Static<typeof FormData>

export const PostalAddress = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 50 }),
    mobile: Type.String({ pattern: '^1[3-9][0-9]{9}$' }),
    province: Type.String({ minLength: 2, maxLength: 30 }),
    city: Type.String({ minLength: 2, maxLength: 30 }),
    county: Type.String({ minLength: 2, maxLength: 30 }),
    // 100: what the post office takes (contracts/courier.ts); a longer one would be refused after filing.
    address: Type.String({ minLength: 2, maxLength: 100 }),
  },
  closed,
)
export type PostalAddress = Static<typeof PostalAddress>

export const Inbound = Type.Enum(['upload', 'ems', 'window'] as const)
export type Inbound = Static<typeof Inbound>
export const Delivery = Type.Enum(['ems', 'window', 'download'] as const)
export type Delivery = Static<typeof Delivery>

/** How the papers reach the hall and the result reaches the applicant. */
export const Transport = Type.Object(
  {
    inbound: Inbound,
    delivery: Delivery,
    /** where the courier collects the papers; with inbound = ems */
    sender: Type.Optional(PostalAddress),
    /** where the result goes; with delivery = ems */
    recipient: Type.Optional(PostalAddress),
  },
  closed,
)
export type Transport = Static<typeof Transport>

/** A draft may be half filled in. */
export const DraftTransport = Type.Partial(Transport)
export type DraftTransport = Static<typeof DraftTransport>

export const Channel = Type.Enum(['online', 'window', 'street', 'bank', 'kiosk'] as const)
export type Channel = Static<typeof Channel>

export const CaseReceipt = Type.Object(
  {
    caseNo: Type.String(),
    unifiedNo: Type.String({ description: '统一受理编码' }),
    queryCode: Type.String({ description: '查询密码; shown once here, sent by SMS' }),
    submittedAt: Type.String({ format: 'date-time' }),
    receiptDocumentId: Type.String(),
  },
  closed,
)
export type CaseReceipt = Static<typeof CaseReceipt>
