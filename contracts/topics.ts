/**
 * External-task topics. Each has a contract: JSON Schema of what it reads (variables and the extension properties of the
 * service task) and of what it writes back. Workers check both; the designer's linter knows no other topic.
 */
import { Type, type TSchema } from 'typebox'

export const DocumentKind = Type.Enum([
  'submission-receipt',
  'acceptance-notice',
  'correction-notice',
  'tolerance-notice',
  'non-acceptance-decision',
  'grant-decision',
  'refusal-decision',
  'termination-notice',
  'licence',
] as const)

export const NoticeKind = Type.Enum([
  'received',
  'accepted',
  'correction',
  'tolerance',
  'refused-acceptance',
  'decided',
  'dispatched',
  'withdrawn',
  'terminated',
] as const)

export const AutomaticOutcome = Type.Enum([
  'instant-grant',
  'correction-expired',
  'tolerance-expired',
  'delivered-online',
] as const)

const CaseNo = Type.String({ pattern: '^[A-Z]{2}[0-9]{6}-[0-9]{4,9}$' })
const closed = { additionalProperties: false }

export interface TopicContract {
  readonly topic: string
  /** variables the worker fetches */
  readonly variables: TSchema
  /** camunda:properties of the service task */
  readonly properties: TSchema
  /** variables written on completion */
  readonly output: TSchema
  /** BPMN errors the diagram must catch */
  readonly bpmnErrors: readonly string[]
  /** can run without leaving a trace outside (rehearsal) */
  readonly dryRun: boolean
  readonly retries: number
  /** seconds before retry 1, 2, ...; the last value repeats */
  readonly backoffSeconds: readonly number[]
  readonly lockMs: number
}

const contract = <T extends TopicContract>(c: T): T => c

export const Topics = {
  materialCheck: contract({
    topic: 'material-check',
    variables: Type.Object({ caseNo: CaseNo }, closed),
    properties: Type.Object({}, closed),
    output: Type.Object({ checksPassed: Type.Boolean() }, closed),
    bpmnErrors: [],
    dryRun: true,
    retries: 5,
    backoffSeconds: [2, 10, 60],
    lockMs: 60_000,
  }),
  renderDocument: contract({
    topic: 'render-document',
    variables: Type.Object({ caseNo: CaseNo }, closed),
    properties: Type.Object({ document: DocumentKind }, closed),
    output: Type.Object({}, closed),
    bpmnErrors: [],
    dryRun: true,
    retries: 5,
    backoffSeconds: [2, 10, 60],
    lockMs: 60_000,
  }),
  emsDispatch: contract({
    topic: 'ems-dispatch',
    variables: Type.Object({ caseNo: CaseNo }, closed),
    properties: Type.Object({ direction: Type.Enum(['inbound', 'outbound'] as const) }, closed),
    output: Type.Object({}, closed),
    bpmnErrors: [],
    dryRun: false,
    retries: 6,
    backoffSeconds: [2, 10, 60, 300],
    lockMs: 60_000,
  }),
  notify: contract({
    topic: 'notify',
    variables: Type.Object({ caseNo: CaseNo }, closed),
    properties: Type.Object({ notice: NoticeKind }, closed),
    output: Type.Object({}, closed),
    bpmnErrors: [],
    dryRun: false,
    retries: 6,
    backoffSeconds: [2, 10, 60, 300],
    lockMs: 60_000,
  }),
  recordOutcome: contract({
    topic: 'record-outcome',
    variables: Type.Object({ caseNo: CaseNo }, closed),
    properties: Type.Object({ outcome: AutomaticOutcome }, closed),
    /** of an expiry only: whether the applicant had answered, so that the flow goes on with the answer */
    output: Type.Object({ answeredInTime: Type.Optional(Type.Boolean()) }, closed),
    bpmnErrors: [],
    dryRun: true,
    retries: 5,
    backoffSeconds: [2, 10, 60],
    lockMs: 60_000,
  }),
} as const

export type TopicKey = keyof typeof Topics
export const TOPIC_NAMES: readonly string[] = Object.values(Topics).map((t) => t.topic)
