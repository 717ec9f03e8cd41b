/** The citizen's counter over HTTP: guides, drafts, filing, enquiry, corrections, papers. */
import { Type, type Static } from 'typebox'
import { Defect } from './case-events.ts'
import { Channel, DraftTransport, FormData, Inbound, Delivery } from './filing.ts'
import { Bilingual, Guide, Law, Material, Rule } from './item-package.ts'
import { ProblemField } from './problems.ts'

const closed = { additionalProperties: false }
const DateOnly = Type.String({ format: 'date' })
const DateTime = Type.String({ format: 'date-time' })
const Uuid = Type.String({ format: 'uuid' })

export const ItemCode = Type.String({ pattern: '^[A-Z0-9][A-Z0-9-]{1,39}$' })
export const CaseNo = Type.String({ pattern: '^[A-Z]{2}[0-9]{6}-[0-9]{4,9}$' })
export const MaterialCode = Type.String({ pattern: '^[A-Z0-9][A-Z0-9-]{1,39}$' })

const ItemState = Type.Enum(['active', 'suspended'] as const)

export const ItemSummary = Type.Object(
  {
    code: Type.String(),
    name: Bilingual,
    state: ItemState,
    suspendedReason: Type.Optional(Type.String()),
    version: Type.Integer(),
    instant: Type.Boolean({ description: 'decided at once when every automatic rule passes' }),
    channels: Type.Array(Channel),
    deptName: Type.String(),
    promise: Guide.properties.promise,
    statutory: Guide.properties.statutory,
  },
  closed,
)
export type ItemSummary = Static<typeof ItemSummary>

export const ItemListQuery = Type.Object(
  { search: Type.Optional(Type.String({ maxLength: 60, description: 'part of name or code' })) },
  closed,
)

export const ItemList = Type.Object({ items: Type.Array(ItemSummary) }, closed)
export type ItemList = Static<typeof ItemList>

/** A rule as the public reads it; how it is tested is the house's affair. */
export const PublicRule = Type.Object(
  {
    id: Rule.properties.id,
    stage: Rule.properties.stage,
    text: Rule.properties.text,
    fix: Rule.properties.fix,
    basis: Rule.properties.basis,
    automatic: Type.Boolean(),
  },
  closed,
)

export const ItemGuide = Type.Object(
  {
    code: Type.String(),
    version: Type.Integer(),
    sha256: Type.String({ description: 'of the package this guide was published with' }),
    state: ItemState,
    suspendedReason: Type.Optional(Type.String()),
    instant: Type.Boolean(),
    guide: Guide,
    channels: Type.Array(Channel),
    inbound: Type.Array(Inbound),
    delivery: Type.Array(Delivery),
    materials: Type.Array(Material),
    laws: Type.Array(Law),
    rules: Type.Array(PublicRule),
  },
  closed,
)
export type ItemGuide = Static<typeof ItemGuide>

const FreeObject = Type.Record(Type.String(), Type.Unknown())

export const ItemForm = Type.Object(
  {
    code: Type.String(),
    version: Type.Integer(),
    form: Type.Unsafe<Record<string, unknown>>({ ...FreeObject, description: 'form-js schema' }),
    schema: Type.Unsafe<Record<string, unknown>>({
      ...FreeObject,
      description: 'JSON Schema the filed form is checked against',
    }),
  },
  closed,
)
export type ItemForm = Static<typeof ItemForm>

/** The open counter is online; other channels are lodged by a clerk (contracts/desk.ts). */
export const StartDraft = Type.Object(
  { itemCode: ItemCode, channel: Type.Literal('online') },
  closed,
)
export type StartDraft = Static<typeof StartDraft>

export const DraftStarted = Type.Object(
  {
    draftId: Uuid,
    draftToken: Type.String({ description: 'send as x-draft-token; shown once' }),
    version: Type.Integer({ description: 'the item version this draft is pinned to' }),
  },
  closed,
)
export type DraftStarted = Static<typeof DraftStarted>

export const FileView = Type.Object(
  {
    id: Uuid,
    material: Type.String(),
    fileName: Type.String(),
    mediaType: Type.String(),
    sizeBytes: Type.Integer(),
    sha256: Type.String(),
    uploadedAt: DateTime,
  },
  closed,
)
export type FileView = Static<typeof FileView>

export const DraftView = Type.Object(
  {
    id: Uuid,
    itemCode: Type.String(),
    version: Type.Integer(),
    channel: Channel,
    form: FormData,
    transport: DraftTransport,
    files: Type.Array(FileView),
    submitted: Type.Boolean(),
    updatedAt: DateTime,
  },
  closed,
)
export type DraftView = Static<typeof DraftView>

/** Replaces the part that is given and keeps the other. */
export const SaveDraft = Type.Object(
  { form: Type.Optional(FormData), transport: Type.Optional(DraftTransport) },
  { ...closed, minProperties: 1 },
)
export type SaveDraft = Static<typeof SaveDraft>

export const UploadReceipt = Type.Object(
  {
    fileId: Uuid,
    sha256: Type.String(),
    sizeBytes: Type.Integer(),
    mediaType: Type.String({ description: 'what the bytes say' }),
  },
  closed,
)
export type UploadReceipt = Static<typeof UploadReceipt>

/** Empty: submit would take it. */
export const CheckResult = Type.Object({ fields: Type.Array(ProblemField) }, closed)
export type CheckResult = Static<typeof CheckResult>

export const CaseAccess = Type.Object(
  {
    caseNo: Type.String({ minLength: 1, maxLength: 40 }),
    queryCode: Type.String({ minLength: 1, maxLength: 40 }),
  },
  closed,
)
export type CaseAccess = Static<typeof CaseAccess>

export const CaseAccessGranted = Type.Object(
  {
    token: Type.String({ description: 'send as Authorization: Bearer; for this case only' }),
    expiresAt: DateTime,
  },
  closed,
)
export type CaseAccessGranted = Static<typeof CaseAccessGranted>

/** What may be supplied now, and what was uploaded for it but not yet sent. */
export const OpenCorrections = Type.Object(
  {
    correction: Type.Optional(
      Type.Object({ deadline: DateOnly, defects: Type.Array(Defect) }, closed),
    ),
    tolerance: Type.Optional(
      Type.Object(
        {
          deadline: DateOnly,
          materials: Type.Array(Type.Object({ code: Type.String(), name: Bilingual }, closed)),
        },
        closed,
      ),
    ),
    /** the applicant's current answers to the listed fields */
    form: FormData,
    uploads: Type.Array(FileView),
  },
  closed,
)
export type OpenCorrections = Static<typeof OpenCorrections>

export const SubmitCorrection = Type.Object(
  { form: Type.Optional(FormData) },
  {
    ...closed,
    description: 'new values of the fields the notice lists; files are uploaded before',
  },
)
export type SubmitCorrection = Static<typeof SubmitCorrection>

export const WithdrawCase = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 1000 }) },
  closed,
)
export type WithdrawCase = Static<typeof WithdrawCase>

export const DocumentView = Type.Object(
  {
    id: Uuid,
    kind: Type.String(),
    title: Type.String(),
    docNo: Type.String({ description: '文号' }),
    at: DateTime,
    verifyCode: Type.Optional(Type.String({ description: 'for /verify/:code' })),
    sha256: Type.Optional(Type.String({ description: 'absent until the PDF was made' })),
    sizeBytes: Type.Optional(Type.Integer()),
  },
  closed,
)
export type DocumentView = Static<typeof DocumentView>

export const DocumentList = Type.Object({ documents: Type.Array(DocumentView) }, closed)
export type DocumentList = Static<typeof DocumentList>
