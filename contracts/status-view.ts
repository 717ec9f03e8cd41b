/** What a citizen sees of a case: where it is, who acts, what is next, which dates, what to do. Masked. */
import { Type, type Static } from 'typebox'
import { CaseStatus } from './case-status.ts'
import { Bilingual } from './item-package.ts'

const closed = { additionalProperties: false }
const DateOnly = Type.String({ format: 'date' })

/** A date with the rule it follows from, so that it explains itself (ux.md §0.3). */
export const ExplainedDate = Type.Object({ on: DateOnly, why: Bilingual }, closed)
export type ExplainedDate = Static<typeof ExplainedDate>

export const StatusView = Type.Object(
  {
    caseNo: Type.String(),
    item: Type.Object({ code: Type.String(), name: Bilingual, version: Type.Integer() }, closed),
    applicant: Type.String({ description: 'masked' }),
    status: CaseStatus,
    words: Type.Object({ staff: Type.String(), zh: Type.String(), en: Type.String() }, closed),
    /** open steps of the engine's token; empty before the start, between steps and after the end */
    where: Type.Array(
      Type.Object(
        { step: Type.String(), name: Bilingual, since: Type.String({ format: 'date-time' }) },
        closed,
      ),
    ),
    whoActs: Type.Object(
      {
        kind: Type.Enum(['applicant', 'office', 'courier', 'system', 'nobody'] as const),
        unit: Type.Optional(Type.String()),
      },
      closed,
    ),
    next: Type.Array(Bilingual),
    dates: Type.Object(
      {
        submittedOn: DateOnly,
        receivedOn: Type.Optional(ExplainedDate),
        acceptBy: Type.Optional(ExplainedDate),
        correctBy: Type.Optional(ExplainedDate),
        acceptedOn: Type.Optional(ExplainedDate),
        promisedOn: Type.Optional(ExplainedDate),
        legalOn: Type.Optional(ExplainedDate),
        decidedOn: Type.Optional(ExplainedDate),
        deliverBy: Type.Optional(ExplainedDate),
      },
      closed,
    ),
    mustDo: Type.Array(
      Type.Object(
        {
          act: Type.Enum(['submit-correction', 'supply-tolerance', 'collect'] as const),
          text: Bilingual,
          by: Type.Optional(DateOnly),
          subjects: Type.Array(
            Type.Object(
              { subject: Type.String(), problem: Type.String(), fix: Type.String() },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    parcels: Type.Array(
      Type.Object(
        {
          direction: Type.Enum(['inbound', 'outbound'] as const),
          waybillNo: Type.String(),
          state: Type.String(),
        },
        closed,
      ),
    ),
    documents: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          kind: Type.String(),
          docNo: Type.String(),
          at: Type.String({ format: 'date-time' }),
        },
        closed,
      ),
    ),
    timeline: Type.Array(
      Type.Object(
        { at: Type.String({ format: 'date-time' }), type: Type.String(), words: Bilingual },
        closed,
      ),
    ),
    /** true while an act is on its way into the engine; the next answer will be newer */
    settling: Type.Boolean(),
  },
  { ...closed, $id: 'StatusView' },
)
export type StatusView = Static<typeof StatusView>
