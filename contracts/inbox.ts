/** The clerk's inbox, as the desk shows it; read from our projection, never from the engine. */
import { Type, type Static } from 'typebox'
import { StepAct } from './item-package.ts'

const closed = { additionalProperties: false }
const DateOnly = Type.String({ format: 'date' })
const DateTime = Type.String({ format: 'date-time' })

export const InboxSort = Type.Enum(['promised', 'legal', 'opened', 'caseNo', 'done'] as const)
export type InboxSort = Static<typeof InboxSort>

export const InboxQuery = Type.Object(
  {
    /** default open */
    state: Type.Optional(Type.Enum(['open', 'done'] as const)),
    /** claimed by me; with state done: done by me */
    mine: Type.Optional(Type.Boolean()),
    unclaimed: Type.Optional(Type.Boolean()),
    item: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    /** part of case number, item name or masked applicant */
    search: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    /** default promised; done tasks sort by `done` only */
    sort: Type.Optional(InboxSort),
    /** default asc, for done desc */
    order: Type.Optional(Type.Enum(['asc', 'desc'] as const)),
    /** `nextCursor` of the page before */
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
    /** default 50 */
    pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  closed,
)
export type InboxQuery = Static<typeof InboxQuery>

export const InboxRow = Type.Object(
  {
    taskId: Type.String(),
    caseNo: Type.String(),
    itemCode: Type.String(),
    itemName: Type.String(),
    step: Type.String(),
    stepName: Type.String(),
    act: StepAct,
    unit: Type.String(),
    post: Type.String(),
    applicant: Type.String({ description: 'masked' }),
    channel: Type.String(),
    submittedAt: DateTime,
    openedAt: DateTime,
    doneAt: Type.Optional(DateTime),
    /** date by which this step's clock must end: acceptance, handling or delivery */
    promisedOn: Type.Optional(DateOnly),
    legalOn: Type.Optional(DateOnly),
    claim: Type.Optional(
      Type.Object({ personName: Type.String(), mine: Type.Boolean(), at: DateTime }, closed),
    ),
  },
  closed,
)
export type InboxRow = Static<typeof InboxRow>

export const InboxPage = Type.Object(
  {
    rows: Type.Array(InboxRow),
    /** only on the first page */
    total: Type.Optional(
      Type.Object(
        {
          count: Type.Integer({ description: 'exact up to 10,000' }),
          more: Type.Boolean({ description: 'true: at least `count`, shown as 10000+' }),
        },
        closed,
      ),
    ),
    nextCursor: Type.Optional(Type.String()),
  },
  closed,
)
export type InboxPage = Static<typeof InboxPage>

/** What an operator can do about an entry: let it be tried again, or take note of it. */
export const IncidentRemedy = Type.Enum(['retry', 'seen'] as const)
export type IncidentRemedy = Static<typeof IncidentRemedy>

export const IncidentRow = Type.Object(
  {
    id: Type.String({
      description:
        'incident of the engine, command:<number> of the outbox, effect:<number> of the ledger',
    }),
    caseNo: Type.Optional(Type.String()),
    step: Type.Optional(Type.String()),
    kind: Type.String({
      description:
        'failedExternalTask, failedJob, stuckCommand, refusedEffect, or another kind of the engine',
    }),
    topic: Type.Optional(
      Type.String({ description: 'topic of the step, or the kind of the command or effect' }),
    ),
    message: Type.Optional(Type.String()),
    remedies: Type.Array(IncidentRemedy, { description: 'empty when the entry is resolved' }),
    openedAt: DateTime,
    resolvedAt: Type.Optional(DateTime),
    resolution: Type.Optional(Type.String()),
    resolvedBy: Type.Optional(Type.String()),
  },
  closed,
)
export type IncidentRow = Static<typeof IncidentRow>

export const IncidentNote = Type.Object(
  {
    note: Type.String({
      minLength: 1,
      maxLength: 1000,
      description: 'what was put right; no personal data',
    }),
  },
  closed,
)
export type IncidentNote = Static<typeof IncidentNote>
