/**
 * scenarios/*.json of an item package: one path through the item, told as data. Played by scripts/demo.ts through the
 * public HTTP API only, and by the engine tests; all persons and numbers in it are made up.
 */
import { Type, type Static } from 'typebox'
import { CaseEventPayloads, type CaseEventType } from './case-events.ts'
import { CaseStatus } from './case-status.ts'
import { Channel, FormData, Transport } from './filing.ts'
import { Bilingual } from './item-package.ts'
import { DocumentKind } from './topics.ts'

const closed = { additionalProperties: false }
const Login = Type.String({
  pattern: '^[a-z][a-z0-9-]{1,30}$',
  description: 'of core/identity/demo-staff.ts',
})
const MaterialCode = Type.String({ pattern: '^[A-Z0-9][A-Z0-9-]{1,39}$' })

/** A file the player makes up: a valid file of that kind, its name inside. */
export const ScenarioFile = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    kind: Type.Enum(['pdf', 'png', 'jpg'] as const),
  },
  closed,
)
export type ScenarioFile = Static<typeof ScenarioFile>

export const ScenarioMaterials = Type.Array(
  Type.Object(
    { code: MaterialCode, files: Type.Array(ScenarioFile, { minItems: 1, maxItems: 20 }) },
    closed,
  ),
  { maxItems: 50 },
)
export type ScenarioMaterials = Static<typeof ScenarioMaterials>

/**
 * Acts of the applicant. `submit-correction`: { form?: patch, materials? }; `supply-tolerance`: { materials };
 * `withdraw`: { reason }. Materials are uploaded first.
 */
const ApplicantPlay = Type.Union([
  Type.Object(
    {
      by: Type.Literal('applicant'),
      act: Type.Literal('submit-correction'),
      body: Type.Object(
        { form: Type.Optional(FormData), materials: Type.Optional(ScenarioMaterials) },
        closed,
      ),
    },
    closed,
  ),
  Type.Object(
    {
      by: Type.Literal('applicant'),
      act: Type.Literal('supply-tolerance'),
      body: Type.Object({ materials: ScenarioMaterials }, closed),
    },
    closed,
  ),
  Type.Object(
    {
      by: Type.Literal('applicant'),
      act: Type.Literal('withdraw'),
      body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 400 }) }, closed),
    },
    closed,
  ),
])

/** The courier's scans of one parcel, in order: operation codes of the EMS open API. */
const CourierPlay = Type.Object(
  {
    by: Type.Literal('courier'),
    act: Type.Literal('deliver'),
    direction: Type.Enum(['inbound', 'outbound'] as const),
    ops: Type.Array(Type.String({ pattern: '^[0-9]{2,4}$' }), { minItems: 1, maxItems: 20 }),
  },
  closed,
)

/**
 * Acts at the desk: the step named by the act is claimed and done. `body` is what contracts/acts.ts describes, without
 * `outcome` for the acts that are one outcome of acceptance. In it these texts are replaced by the player:
 * `$file:<MATERIAL>` (id of its newest file), `$event:<type>` (seq of the newest event of the type, a number),
 * `$staff:<login>` (staff number), `$now` (date-time).
 */
const DeskPlay = Type.Object(
  {
    by: Login,
    act: Type.Enum([
      'accept',
      'correct-on-spot',
      'request-correction',
      'not-required',
      'not-competent',
      'inspect',
      'invite-statement',
      'review',
      'decide',
      'hand-over',
    ] as const),
    body: Type.Record(Type.String(), Type.Unknown()),
  },
  closed,
)

/** `outcome` of contracts/acts.ts for the acts of the step of acceptance; other acts have none. */
export const ACCEPTANCE_OUTCOMES = {
  accept: 'accept',
  'correct-on-spot': 'correct-on-the-spot',
  'request-correction': 'request-correction',
  'not-required': 'not-required',
  'not-competent': 'not-competent',
} as const

export const ScenarioPlay = Type.Union([...ApplicantPlay.anyOf, CourierPlay, DeskPlay])
export type ScenarioPlay = Static<typeof ScenarioPlay>

const EventType = Type.Enum(Object.keys(CaseEventPayloads) as CaseEventType[])

export const Scenario = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{1,60}$', description: 'the name of its file' }),
    title: Bilingual,
    channel: Channel,
    /** the clerk who lodges it for the applicant, with channel window or street */
    lodgedBy: Type.Optional(Login),
    form: FormData,
    transport: Transport,
    materials: ScenarioMaterials,
    plays: Type.Array(ScenarioPlay, { maxItems: 40 }),
    expect: Type.Object(
      {
        outcome: CaseStatus,
        /** types in this order; others may stand between them */
        events: Type.Array(EventType, { minItems: 1, maxItems: 60 }),
        documents: Type.Array(DocumentKind),
        waybills: Type.Integer({ minimum: 0, maximum: 10 }),
        /** SMS and mails that left the house for this case */
        messages: Type.Integer({ minimum: 0, maximum: 40 }),
      },
      closed,
    ),
  },
  closed,
)
export type Scenario = Static<typeof Scenario>
