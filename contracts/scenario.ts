/** A scenario of an item package: one path through the flow, played over HTTP by `npm run demo` and by the tests. */
import { Type, type Static, type TSchema } from 'typebox'
import {
  AcceptBody,
  DecideBody,
  HandOverBody,
  InspectBody,
  ReviewBody,
  StatementBody,
} from './acts.ts'
import { CaseStatus } from './case-status.ts'
import { Channel, FormData, Transport } from './filing.ts'
import { Bilingual } from './item-package.ts'
import { DocumentKind } from './topics.ts'

const closed = { additionalProperties: false }
const Login = Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$' })

export const ScenarioFiles = Type.Array(
  Type.Object(
    {
      code: Type.String(),
      files: Type.Array(
        Type.Object(
          {
            name: Type.String({ maxLength: 100 }),
            kind: Type.Enum(['pdf', 'png', 'jpg'] as const),
          },
          closed,
        ),
        { minItems: 1 },
      ),
    },
    closed,
  ),
)
export type ScenarioFiles = Static<typeof ScenarioFiles>

/**
 * Bodies may point into the case by name: `$file:<material code>` is the id of that material's newest file,
 * `$event:<type>` the seq of the last event of that type, `$snapshot` the number of the latest form snapshot, `$now` the time of
 * the act.
 */
const body = <T extends TSchema>(_shape: T) =>
  Type.Unsafe<Static<T>>(
    Type.Unknown({ description: 'see contracts/acts.ts; checked when it is played' }),
  )
const byStaff = <A extends string, T extends TSchema>(act: A, shape: T) =>
  Type.Object({ by: Login, act: Type.Literal(act), body: body(shape) }, closed)

export const Play = Type.Union([
  byStaff('accept', AcceptBody),
  byStaff('inspect', InspectBody),
  byStaff('state', StatementBody),
  byStaff('review', ReviewBody),
  byStaff('decide', DecideBody),
  byStaff('hand-over', HandOverBody),
  Type.Object(
    {
      by: Type.Literal('applicant'),
      act: Type.Literal('submit-correction'),
      form: Type.Optional(FormData),
      materials: Type.Optional(ScenarioFiles),
    },
    closed,
  ),
  Type.Object(
    {
      by: Type.Literal('applicant'),
      act: Type.Literal('supply-tolerance'),
      materials: ScenarioFiles,
    },
    closed,
  ),
  Type.Object(
    { by: Type.Literal('applicant'), act: Type.Literal('withdraw'), reason: Type.String() },
    closed,
  ),
  Type.Object(
    {
      by: Type.Literal('courier'),
      act: Type.Literal('scan'),
      direction: Type.Enum(['inbound', 'outbound'] as const),
      /** EMS operation codes in order, e.g. 203, 702, 704; `704/10` adds the deliver code */
      ops: Type.Array(Type.String({ pattern: '^[0-9]{3}(/[0-9]{2})?$' }), { minItems: 1 }),
    },
    closed,
  ),
])
export type Play = Static<typeof Play>

export const Scenario = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{2,60}$' }),
    title: Bilingual,
    channel: Channel,
    /** the clerk who lodges for the citizen; absent = the citizen files online */
    lodgedBy: Type.Optional(Login),
    form: FormData,
    transport: Transport,
    materials: ScenarioFiles,
    plays: Type.Array(Play),
    expect: Type.Object(
      {
        outcome: CaseStatus,
        /** every event type of the file, in order */
        events: Type.Array(Type.String(), { minItems: 1 }),
        documents: Type.Array(DocumentKind),
        waybills: Type.Integer({ minimum: 0 }),
        messages: Type.Integer({ minimum: 0, description: 'SMS that reached the phone' }),
      },
      closed,
    ),
  },
  closed,
)
export type Scenario = Static<typeof Scenario>
