/**
 * What a clerk sends for each act at the desk. The legal meaning stands in core/decisions; the shapes are reused from
 * the case file (contracts/case-events.ts), so that what was sent is what is written.
 */
import { Type, type Static } from 'typebox'
import { Defect, RefusalGrounds } from './case-events.ts'

const closed = { additionalProperties: false }
const Id = Type.String({ minLength: 1, maxLength: 80 })
const Reason = Type.String({ minLength: 1, maxLength: 4000 })

/** A value of one form field; null empties the field. */
const FieldValue = Type.Union([
  Type.String({ maxLength: 4000 }),
  Type.Number(),
  Type.Boolean(),
  Type.Null(),
  Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }),
])

/** 受理, also 容缺受理 when `tolerated` names missing papers with need=tolerable. Licensing Law art. 32(1)(5). */
export const AcceptApplication = Type.Object(
  {
    outcome: Type.Literal('accept'),
    tolerated: Type.Optional(
      Type.Array(Id, { maxItems: 50, description: 'material codes the applicant supplies later' }),
    ),
  },
  closed,
)

/** 补正一次性告知, art. 32(1)(4): every defect at once; the deadline follows from the item's correctionDays. */
export const RequestCorrection = Type.Object(
  {
    outcome: Type.Literal('request-correction'),
    defects: Type.Array(Defect, { minItems: 1, maxItems: 100 }),
  },
  closed,
)

/** 当场更正, art. 32(1)(3): the applicant puts form fields right at the counter. The task stays open and claimed. */
export const CorrectOnTheSpot = Type.Object(
  {
    outcome: Type.Literal('correct-on-the-spot'),
    fields: Type.Array(Type.Object({ key: Id, value: FieldValue }, closed), {
      minItems: 1,
      maxItems: 50,
    }),
  },
  closed,
)

const secondPerson =
  'Leave out to adopt the grounds of the colleague who proposed the refusal. The first person to send this outcome ' +
  'proposes (the task is released and stays open), a second person who claims the task and sends it again decides ' +
  '(domain.md §2.2 f).'

/** 不受理, art. 32(1)(1): no approval is needed. */
export const NotRequired = Type.Object(
  {
    outcome: Type.Literal('not-required'),
    grounds: Type.Optional(
      Type.Unsafe<RefusalGrounds>({ ...RefusalGrounds, description: secondPerson }),
    ),
  },
  closed,
)

/** 不予受理, art. 32(1)(2): another organ is competent, and the applicant is told which. */
export const NotCompetent = Type.Object(
  {
    outcome: Type.Literal('not-competent'),
    competentOrgan: Reason,
    grounds: Type.Optional(
      Type.Unsafe<RefusalGrounds>({ ...RefusalGrounds, description: secondPerson }),
    ),
  },
  closed,
)

/** The five outcomes the law knows, and no sixth. */
export const AcceptBody = Type.Union([
  AcceptApplication,
  RequestCorrection,
  CorrectOnTheSpot,
  NotRequired,
  NotCompetent,
])
export type AcceptBody = Static<typeof AcceptBody>

/**
 * 现场核查, art. 34(3). Two officers at least; fewer, or one named twice, is answered with INSPECTORS_TWO. The person
 * who sends it must be one of them.
 */
export const InspectBody = Type.Object(
  {
    inspectors: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), {
      minItems: 1,
      maxItems: 6,
      description:
        'staff numbers (工号); GET /api/desk/cases/:caseNo offers those who hold the post',
    }),
    at: Type.String({ format: 'date-time' }),
    findings: Type.Array(
      Type.Object(
        {
          ruleId: Id,
          outcome: Type.Enum(['pass', 'fail'] as const),
          fact: Reason,
          evidence: Type.Array(Id, { maxItems: 20, description: 'file ids of this case' }),
        },
        closed,
      ),
      { minItems: 1, maxItems: 100 },
    ),
  },
  closed,
)
export type InspectBody = Static<typeof InspectBody>

/** 听取陈述申辩: the chance to state that refusal part (g) points to. */
export const StatementBody = Type.Object(
  { manner: Type.Enum(['on-site', 'phone', 'written'] as const), summary: Reason },
  closed,
)
export type StatementBody = Static<typeof StatementBody>

/** The opinion of the one who examined (承办). A refusal carries its grounds: parts a-e and g are checked here. */
export const ReviewBody = Type.Union([
  Type.Object(
    {
      opinion: Type.Literal('grant'),
      text: Reason,
      ruleIds: Type.Array(Id, { maxItems: 50 }),
    },
    closed,
  ),
  Type.Object(
    {
      opinion: Type.Literal('refuse'),
      text: Reason,
      ruleIds: Type.Optional(
        Type.Array(Id, { maxItems: 50, description: 'default: grounds.ruleIds' }),
      ),
      grounds: RefusalGrounds,
    },
    closed,
  ),
])
export type ReviewBody = Static<typeof ReviewBody>

/**
 * 决定, by another person than the reviewer. A refusal passes the whole gate a-g (domain.md §2.2). `grounds.reasoning`
 * must name every rule id it cites, and every cited rule must rest on a cited law (part d).
 */
export const DecideBody = Type.Union([
  Type.Object({ decision: Type.Literal('grant'), text: Reason }, closed),
  Type.Object(
    {
      decision: Type.Literal('refuse'),
      text: Reason,
      grounds: Type.Optional(
        Type.Unsafe<RefusalGrounds>({
          ...RefusalGrounds,
          description: 'Leave out to adopt the grounds of the last review with opinion refuse.',
        }),
      ),
    },
    closed,
  ),
])
export type DecideBody = Static<typeof DecideBody>

/**
 * 窗口领取: the papers were handed over and the receiver's identity was checked. Of a parcel that another person signed
 * for: the clerk has seen that this person was authorised, or that the applicant has the papers; `proof` says how.
 */
export const HandOverBody = Type.Object(
  {
    receiver: Type.Enum(['applicant', 'authorised'] as const),
    proof: Type.Optional(Reason),
  },
  closed,
)
export type HandOverBody = Static<typeof HandOverBody>

/** Answer of every act. */
export const ActResult = Type.Object(
  {
    caseNo: Type.String(),
    seq: Type.Integer({ description: 'last event this act wrote' }),
    done: Type.Boolean({
      description:
        'false: the task stays open (corrected on the spot, or a second person must confirm)',
    }),
  },
  closed,
)
export type ActResult = Static<typeof ActResult>
