/**
 * The append-only file of a case. What has happened stands here and nowhere else (architecture.md, truth table);
 * status, timeline and statistics derive from it. Payloads hold no personal data of the applicant: they point to
 * form snapshots, files and documents by number.
 */
import { Type, type Static } from 'typebox'
import { DocumentKind, NoticeKind } from './topics.ts'

const closed = { additionalProperties: false }
const Id = Type.String({ minLength: 1, maxLength: 80 })
const DateOnly = Type.String({ format: 'date' })
const Reason = Type.String({ minLength: 1, maxLength: 4000 })

/** Who did it. `id` is a person's id, a worker topic or 'applicant'. */
export const Actor = Type.Object(
  {
    kind: Type.Enum(['applicant', 'staff', 'system', 'partner'] as const),
    id: Id,
    unit: Type.Optional(Id),
    post: Type.Optional(Id),
  },
  closed,
)
export type Actor = Static<typeof Actor>

/** Points to the thing in the case file that proves a fact (domain.md §2.2 b). */
export const Evidence = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('material'),
      fileId: Id,
      locus: Type.String({ minLength: 1, maxLength: 200 }),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('event'),
      seq: Type.Integer({ minimum: 1 }),
      locus: Type.String({ minLength: 1, maxLength: 200 }),
    },
    closed,
  ),
  Type.Object(
    { kind: Type.Literal('form'), snapshot: Type.Integer({ minimum: 1 }), field: Id },
    closed,
  ),
])
export type Evidence = Static<typeof Evidence>

export const RuleOutcome = Type.Object(
  {
    ruleId: Id,
    outcome: Type.Enum(['pass', 'fail', 'manual'] as const),
    /** which field or material, never its value */
    subject: Type.Optional(Id),
  },
  closed,
)
export type RuleOutcome = Static<typeof RuleOutcome>

export const Defect = Type.Object(
  {
    /** a material code or a form key of the item version */
    subject: Id,
    kind: Type.Enum(['material', 'field'] as const),
    ruleId: Id,
    problem: Reason,
    fix: Reason,
  },
  closed,
)
export type Defect = Static<typeof Defect>

/** The seven parts of a refusal, domain.md §2.2; (f) and (g) are checked against the file. */
export const RefusalGrounds = Type.Object(
  {
    /** (a) ids of laws of the item version, in force on the decision date */
    lawIds: Type.Array(Id, { maxItems: 20 }),
    /** (b) findings, each bound to evidence */
    facts: Type.Array(
      Type.Object({ text: Reason, evidence: Type.Array(Evidence, { maxItems: 20 }) }, closed),
      { maxItems: 50 },
    ),
    /** (c) rules of this item version that the facts breach */
    ruleIds: Type.Array(Id, { maxItems: 50 }),
    /** (d) from the facts through the rules to the law */
    reasoning: Type.String({ maxLength: 8000 }),
    /** (e) the remedies paragraph is taken from the remedy table; the clerk confirms that it was read */
    remediesConfirmed: Type.Boolean(),
    /** (g) the event by which the applicant could correct or state, or why none is due */
    opportunity: Type.Optional(
      Type.Union([
        Type.Object({ kind: Type.Literal('event'), seq: Type.Integer({ minimum: 1 }) }, closed),
        Type.Object({ kind: Type.Literal('not-due'), reason: Reason, lawId: Id }, closed),
      ]),
    ),
  },
  closed,
)
export type RefusalGrounds = Static<typeof RefusalGrounds>

export const CaseEventPayloads = {
  /** the applicant filed; snapshot 1 of the form */
  submitted: Type.Object(
    {
      snapshot: Type.Integer(),
      channel: Type.String(),
      inbound: Type.Enum(['upload', 'ems', 'window'] as const),
      delivery: Type.Enum(['ems', 'window', 'download'] as const),
      materials: Type.Array(Type.Object({ material: Id, files: Type.Array(Id) }, closed)),
    },
    closed,
  ),
  /** 收件: the hall holds the papers; Art. 32 day 0 */
  received: Type.Object(
    { by: Type.Enum(['upload', 'ems', 'window'] as const), waybillNo: Type.Optional(Id) },
    closed,
  ),
  'materials-checked': Type.Object(
    { passed: Type.Boolean(), results: Type.Array(RuleOutcome) },
    closed,
  ),
  'corrected-on-the-spot': Type.Object(
    { snapshot: Type.Integer(), fields: Type.Array(Id) },
    closed,
  ),
  'correction-requested': Type.Object(
    {
      defects: Type.Array(Defect, { minItems: 1 }),
      deadline: DateOnly,
      manner: Type.Enum(['desk', 'automatic'] as const),
    },
    closed,
  ),
  'correction-submitted': Type.Object(
    {
      snapshot: Type.Integer(),
      materials: Type.Array(Type.Object({ material: Id, files: Type.Array(Id) }, closed)),
    },
    closed,
  ),
  'correction-expired': Type.Object({ deadline: DateOnly }, closed),
  /** 受理; promised and legal date follow from the clock ledger */
  accepted: Type.Object(
    {
      mode: Type.Enum(['ordinary', 'tolerance', 'instant', 'deemed'] as const),
      tolerated: Type.Array(Id),
      toleranceDeadline: Type.Optional(DateOnly),
    },
    closed,
  ),
  /** 不受理 (limb 1: no licence needed) / 不予受理 (limb 2: not this organ) */
  'acceptance-refused': Type.Object(
    {
      limb: Type.Enum(['not-required', 'not-competent'] as const),
      competentOrgan: Type.Optional(Reason),
      grounds: RefusalGrounds,
    },
    closed,
  ),
  'tolerance-supplied': Type.Object(
    { materials: Type.Array(Type.Object({ material: Id, files: Type.Array(Id) }, closed)) },
    closed,
  ),
  'tolerance-expired': Type.Object({ deadline: DateOnly }, closed),
  'site-inspected': Type.Object(
    {
      inspectors: Type.Array(Id, { minItems: 2, maxItems: 6, description: 'person ids, distinct' }),
      at: Type.String({ format: 'date-time' }),
      findings: Type.Array(
        Type.Object(
          {
            ruleId: Id,
            outcome: Type.Enum(['pass', 'fail'] as const),
            fact: Reason,
            evidence: Type.Array(Id),
          },
          closed,
        ),
        { minItems: 1 },
      ),
    },
    closed,
  ),
  /** the applicant was heard or invited to state (refusal gate g) */
  'statement-invited': Type.Object(
    { manner: Type.Enum(['on-site', 'phone', 'written'] as const), summary: Reason },
    closed,
  ),
  reviewed: Type.Object(
    {
      opinion: Type.Enum(['grant', 'refuse', 'returned'] as const),
      text: Reason,
      ruleIds: Type.Array(Id),
      grounds: Type.Optional(RefusalGrounds),
      /** of a proposal not to accept: what exactly the second person is asked to confirm */
      limb: Type.Optional(Type.Enum(['not-required', 'not-competent'] as const)),
      competentOrgan: Type.Optional(Type.String()),
    },
    closed,
  ),
  decided: Type.Object(
    {
      decision: Type.Enum(['grant', 'refuse'] as const),
      mode: Type.Enum(['desk', 'instant'] as const),
      text: Reason,
      grounds: Type.Optional(RefusalGrounds),
    },
    closed,
  ),
  'document-issued': Type.Object(
    { documentId: Id, kind: DocumentKind, docNo: Type.String(), sha256: Type.String() },
    closed,
  ),
  /** a courier order was booked */
  dispatched: Type.Object(
    { direction: Type.Enum(['inbound', 'outbound'] as const), waybillNo: Id },
    closed,
  ),
  'parcel-tracked': Type.Object(
    {
      waybillNo: Id,
      direction: Type.Enum(['inbound', 'outbound'] as const),
      state: Id,
      opCode: Id,
    },
    closed,
  ),
  delivered: Type.Object(
    {
      by: Type.Enum(['ems', 'window', 'download'] as const),
      waybillNo: Type.Optional(Id),
      receiver: Type.Optional(Type.Enum(['applicant', 'authorised'] as const)),
      /** what showed that the one who signed for a parcel was authorised, or that it has reached the applicant */
      proof: Type.Optional(Reason),
    },
    closed,
  ),
  /** the courier took its word back (743) or brought the parcel back: the result has not reached the applicant */
  'delivery-reversed': Type.Object({ waybillNo: Id, opCode: Id }, closed),
  noticed: Type.Object(
    { notice: NoticeKind, channels: Type.Array(Type.Enum(['sms', 'mail'] as const)) },
    closed,
  ),
  withdrawn: Type.Object({ reason: Reason }, closed),
  terminated: Type.Object({ reason: Reason, lawId: Type.Optional(Id) }, closed),
  /** 办结: the handling clock ends; delivery is another matter */
  closed: Type.Object(
    {
      outcome: Type.Enum([
        'granted',
        'refused',
        'acceptance-refused',
        'returned',
        'withdrawn',
        'terminated',
      ] as const),
    },
    closed,
  ),
} as const

export type CaseEventType = keyof typeof CaseEventPayloads
export type CaseEventPayload<T extends CaseEventType> = Static<(typeof CaseEventPayloads)[T]>

export interface CaseEventOf<T extends CaseEventType> {
  readonly seq: number
  readonly type: T
  readonly at: Date
  readonly actor: Actor
  readonly payload: CaseEventPayload<T>
}
/** Discriminated by `type`; `switch` over it without `default`. */
export type CaseEvent = { [T in CaseEventType]: CaseEventOf<T> }[CaseEventType]
