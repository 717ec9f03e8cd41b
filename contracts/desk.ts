/** The clerk's counter over HTTP: the case file as the desk shows it, lodging for a citizen. Acts stand in contracts/acts.ts. */
import { Type, type Static, type TSchema } from 'typebox'
import { AcceptBody, DecideBody, ReviewBody } from './acts.ts'
import { CaseStatus } from './case-status.ts'
import { FormData, Transport } from './filing.ts'
import { DocumentView, FileView, ItemCode } from './hall.ts'
import { Bilingual, Law, Material, StepAct } from './item-package.ts'
import { ExplainedDate } from './status-view.ts'

const closed = { additionalProperties: false }
const DateTime = Type.String({ format: 'date-time' })

/** A clerk lodges what a person brings: papers are handed over, or uploaded at the counter. */
export const LodgeDraft = Type.Object(
  {
    itemCode: ItemCode,
    channel: Type.Enum(['window', 'street'] as const),
    unit: Type.Optional(
      Type.String({ maxLength: 40, description: 'which of my handling units; default the first' }),
    ),
  },
  closed,
)
export type LodgeDraft = Static<typeof LodgeDraft>

export const TimelineEntry = Type.Object(
  {
    seq: Type.Integer(),
    at: DateTime,
    type: Type.String(),
    words: Bilingual,
    actor: Type.Object(
      {
        kind: Type.Enum(['applicant', 'staff', 'system', 'partner'] as const),
        name: Type.Optional(Type.String()),
        unit: Type.Optional(Type.String()),
        post: Type.Optional(Type.String()),
      },
      closed,
    ),
    payload: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      description: 'by type, contracts/case-events.ts',
    }),
  },
  closed,
)
export type TimelineEntry = Static<typeof TimelineEntry>

export const Timeline = Type.Object({ events: Type.Array(TimelineEntry) }, closed)
export type Timeline = Static<typeof Timeline>

export const CaseFileView = Type.Object(
  { ...FileView.properties, filed: Type.Boolean(), replaced: Type.Boolean() },
  closed,
)

/** A rule of the case's own version with what the last check found. */
export const CheckedRule = Type.Object(
  {
    id: Type.String(),
    stage: Type.Enum(['acceptance', 'review'] as const),
    text: Bilingual,
    fix: Bilingual,
    basis: Type.Array(Type.String()),
    outcome: Type.Enum(['pass', 'fail', 'manual', 'unchecked'] as const),
    subject: Type.Optional(Type.String()),
  },
  closed,
)

export const OpenTask = Type.Object(
  {
    taskId: Type.String(),
    step: Type.String(),
    stepName: Type.String(),
    act: StepAct,
    unit: Type.String(),
    post: Type.String(),
    openedAt: DateTime,
    mayAct: Type.Boolean({ description: 'the reader has the right to act on it' }),
    claim: Type.Optional(Type.Object({ personName: Type.String(), mine: Type.Boolean() }, closed)),
    colleagues: Type.Array(Type.Object({ staffNo: Type.String(), name: Type.String() }, closed), {
      description: 'who may act at this step, e.g. the second inspector',
    }),
  },
  closed,
)

/** The whole file. Personal data in clear: each reading is written to the audit table. */
export const DeskCase = Type.Object(
  {
    caseNo: Type.String(),
    unifiedNo: Type.String(),
    item: Type.Object(
      { code: Type.String(), name: Bilingual, version: Type.Integer(), sha256: Type.String() },
      closed,
    ),
    channel: Type.String(),
    decidingUnit: Type.String(),
    handlingUnit: Type.String(),
    submittedAt: DateTime,
    status: CaseStatus,
    words: Type.Object({ staff: Type.String(), zh: Type.String(), en: Type.String() }, closed),
    dates: Type.Record(Type.String(), ExplainedDate),
    form: FormData,
    formDefinition: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      description: 'form-js schema of the version',
    }),
    snapshot: Type.Integer(),
    transport: Transport,
    materials: Type.Array(Material),
    files: Type.Array(CaseFileView),
    rules: Type.Array(CheckedRule),
    laws: Type.Array(Law),
    tasks: Type.Array(OpenTask),
    documents: Type.Array(DocumentView),
    timeline: Type.Array(TimelineEntry),
  },
  closed,
)
export type DeskCase = Static<typeof DeskCase>

export const ClaimResult = Type.Object({ taskId: Type.String(), mine: Type.Boolean() }, closed)
export type ClaimResult = Static<typeof ClaimResult>

/**
 * The same union with a discriminator, so that a fault is reported against the branch that was meant and not against all of
 * them.
 */
function discriminated<T extends TSchema>(property: string, union: T & { anyOf: TSchema[] }) {
  return Type.Unsafe<Static<T>>({
    type: 'object',
    required: [property],
    discriminator: { propertyName: property },
    oneOf: union.anyOf,
  })
}

export const AcceptRequest = discriminated('outcome', AcceptBody)
export const ReviewRequest = discriminated('opinion', ReviewBody)
export const DecideRequest = discriminated('decision', DecideBody)
