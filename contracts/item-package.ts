/**
 * item.json of a package in processes/<item>/: the guide (实施清单, field names of GB/T 39046 hub tables, domain.md §1.3),
 * the papers with their rule ids, the law, the rights, the words a citizen reads for each step. Data only.
 */
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }
const Code = Type.String({ pattern: '^[A-Z0-9][A-Z0-9-]{1,39}$' })
const Text = Type.String({ minLength: 1, maxLength: 2000 })
const DateOnly = Type.String({ format: 'date' })
export const Bilingual = Type.Object({ zh: Text, en: Text }, closed)
export type Bilingual = Static<typeof Bilingual>

/** A closed list kept as value+label so that another hub's code order can be mapped by label (domain.md §1.2). */
export const TimeLimit = Type.Object(
  {
    days: Type.Integer({ minimum: 0, maximum: 3650 }),
    unit: Type.Enum(['working-day', 'natural-day', 'month'] as const),
    explain: Text,
  },
  closed,
)
export type TimeLimit = Static<typeof TimeLimit>

export const Law = Type.Object(
  {
    id: Code,
    law: Text,
    docNo: Type.Optional(Text),
    article: Text,
    text: Type.String({ minLength: 1, maxLength: 4000 }),
    issuer: Text,
    rank: Type.Enum([
      'law',
      'administrative-regulation',
      'local-regulation',
      'rule',
      'normative-document',
    ] as const),
    effectiveFrom: DateOnly,
    effectiveTo: Type.Optional(DateOnly),
    /** refusals before which this law asks for no chance to correct or to state (refusal gate g) */
    hearingNotDue: Type.Optional(
      Type.Array(Type.Enum(['acceptance', 'decision'] as const), { minItems: 1 }),
    ),
  },
  closed,
)
export type Law = Static<typeof Law>

/** How a rule is tested. `manual` rules are ticked by a person; all others run in material-check. */
export const RuleTest = Type.Union([
  Type.Object({ type: Type.Literal('manual') }, closed),
  Type.Object({ type: Type.Literal('material-present'), material: Code }, closed),
  Type.Object(
    {
      type: Type.Literal('material-count'),
      material: Code,
      min: Type.Integer({ minimum: 0 }),
      max: Type.Integer({ minimum: 1 }),
    },
    closed,
  ),
  Type.Object({ type: Type.Literal('material-type'), material: Code }, closed),
  Type.Object({ type: Type.Literal('not-expired'), field: Type.String() }, closed),
  Type.Object({ type: Type.Literal('resident-id'), field: Type.String() }, closed),
  Type.Object({ type: Type.Literal('uscc'), field: Type.String() }, closed),
  Type.Object(
    {
      type: Type.Literal('feel'),
      /** FEEL over the form's keys, `materials` (code -> file count) and `today` (date); must yield true */
      expression: Type.String({ minLength: 1, maxLength: 1000 }),
      fields: Type.Array(Type.String(), { minItems: 1 }),
    },
    closed,
  ),
])
export type RuleTest = Static<typeof RuleTest>

/** 受理条件 / 审查标准: what a refusal or a correction later cites. */
export const Rule = Type.Object(
  {
    id: Code,
    stage: Type.Enum(['acceptance', 'review'] as const),
    text: Bilingual,
    /** how the applicant puts it right */
    fix: Bilingual,
    basis: Type.Array(Code, { minItems: 1, description: 'ids of laws' }),
    test: RuleTest,
  },
  closed,
)
export type Rule = Static<typeof Rule>

export const Material = Type.Object(
  {
    code: Code,
    name: Bilingual,
    /** 材料必要性: 1 必要 2 非必要 3 容缺后补 */
    need: Type.Enum(['required', 'optional', 'tolerable'] as const),
    /** FEEL over the form: asked only when true */
    needWhen: Type.Optional(Type.String({ maxLength: 500 })),
    form: Type.Enum(['original', 'copy', 'either'] as const),
    sourceType: Type.Enum(['applicant', 'government', 'intermediary', 'other'] as const),
    fillExplain: Text,
    acceptStandard: Text,
    basis: Type.Array(Code, { minItems: 1 }),
    files: Type.Object(
      {
        types: Type.Array(Type.Enum(['application/pdf', 'image/jpeg', 'image/png'] as const), {
          minItems: 1,
        }),
        minCount: Type.Integer({ minimum: 1, maximum: 50 }),
        maxCount: Type.Integer({ minimum: 1, maximum: 50 }),
        maxBytes: Type.Integer({ minimum: 1024, maximum: 52_428_800 }),
      },
      closed,
    ),
    tolerance: Type.Optional(
      Type.Object({ supplementDays: Type.Integer({ minimum: 1, maximum: 60 }) }, closed),
    ),
  },
  closed,
)
export type Material = Static<typeof Material>

export const StepAct = Type.Enum(['accept', 'inspect', 'review', 'decide', 'hand-over'] as const)
export type StepAct = Static<typeof StepAct>

/** By BPMN activity id. Every user task has act + post; every wait has a citizen word. */
export const Step = Type.Object(
  {
    citizen: Bilingual,
    act: Type.Optional(StepAct),
    post: Type.Optional(Code),
    /** 'handling' = the unit that lodges and handles, 'deciding' = the organ in whose name it is decided */
    unit: Type.Optional(Type.Enum(['handling', 'deciding'] as const)),
  },
  closed,
)
export type Step = Static<typeof Step>

export const Guide = Type.Object(
  {
    taskName: Bilingual,
    taskType: Type.Enum(['01', '05', '07', '08', '09', '10', '20'] as const),
    catalogCode: Type.String({ pattern: '^[0-9A-Z]{12}$' }),
    taskCode: Type.String({ pattern: '^[0-9A-Z]{31}$' }),
    level3: Type.Object({ top: Bilingual, second: Bilingual, third: Bilingual }, closed),
    useLevel: Type.Enum(['4', '5', '6'] as const),
    deptName: Text,
    deptCode: Type.String({ minLength: 18, maxLength: 18 }),
    deptType: Type.Enum(['1', '2', '3', '9'] as const),
    powerSource: Type.Enum(['1', '2', '3', '4', '5', '6'] as const),
    serverType: Type.Array(Type.Enum(['1', '2', '3', '4', '5', '6', '9'] as const), {
      minItems: 1,
    }),
    /** 办件类型: 1 即办件 2 承诺件 */
    projectType: Type.Enum(['1', '2'] as const),
    statutory: TimeLimit,
    promise: TimeLimit,
    acceptDays: Type.Integer({ minimum: 0, maximum: 5 }),
    correctionDays: Type.Integer({ minimum: 1, maximum: 60 }),
    deliverDays: Type.Integer({ minimum: 1, maximum: 10 }),
    acceptCondition: Type.Array(Text, { minItems: 1 }),
    handleType: Type.Array(Type.Enum(['1', '2', '3', '4', '9'] as const), { minItems: 1 }),
    handleArea: Type.Enum(['1', '2', '3', '4', '5', '6'] as const),
    transactAddr: Type.Array(Text, { minItems: 1 }),
    transactTime: Text,
    linkWay: Text,
    superviseWay: Text,
    limitSceneNum: Type.Integer({ minimum: 0, maximum: 9 }),
    isFee: Type.Boolean(),
    isExpress: Type.Boolean(),
    specialProcedure: Type.Array(
      Type.Object(
        {
          type: Type.Enum(['1', '2'] as const),
          name: Text,
          maxDays: Type.Integer(),
          legalBasis: Code,
        },
        closed,
      ),
    ),
    results: Type.Array(
      Type.Object(
        { name: Text, type: Type.Enum(['1', '2', '3', '4'] as const), validity: Text },
        closed,
      ),
      { minItems: 1 },
    ),
    flow: Type.Array(
      Type.Object(
        { step: Text, actor: Text, timeLimit: Text, checkStandard: Text, stepResult: Text },
        closed,
      ),
      { minItems: 1 },
    ),
    remedies: Type.Object({ reconsideration: Text, litigation: Text }, closed),
    faqs: Type.Array(Type.Object({ q: Text, a: Text }, closed)),
  },
  closed,
)
export type Guide = Static<typeof Guide>

export const ItemPackage = Type.Object(
  {
    code: Code,
    /** instant = decided by record-outcome without a person when every automatic rule passes */
    instant: Type.Boolean(),
    guide: Guide,
    units: Type.Object({ deciding: Code, handling: Type.Array(Code, { minItems: 1 }) }, closed),
    channels: Type.Array(Type.Enum(['online', 'window', 'street', 'bank', 'kiosk'] as const), {
      minItems: 1,
    }),
    /** which form key holds which fact of the applicant; personal data stays in PostgreSQL */
    applicant: Type.Object(
      {
        kind: Type.Enum(['natural-person', 'legal-person'] as const),
        name: Type.String(),
        idNo: Type.String(),
        phone: Type.String(),
        email: Type.Optional(Type.String()),
      },
      closed,
    ),
    inbound: Type.Array(Type.Enum(['upload', 'ems', 'window'] as const), { minItems: 1 }),
    delivery: Type.Array(Type.Enum(['ems', 'window', 'download'] as const), { minItems: 1 }),
    laws: Type.Array(Law, { minItems: 1 }),
    rules: Type.Array(Rule, { minItems: 1 }),
    materials: Type.Array(Material),
    /** engine variables a gateway or a decision table reads: fact_* <- FEEL over the form; never personal data */
    facts: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: '^fact_[a-z][A-Za-z0-9]{0,40}$' }),
          from: Type.String({ minLength: 1, maxLength: 300 }),
        },
        closed,
      ),
    ),
    steps: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }), Step),
    documents: Type.Object(
      {
        /** 机关代字, e.g. 穗天人社: 文号 = <prefix>许受字〔2026〕000123号 */
        numberPrefix: Text,
        /** text of the grant: what is permitted, scope, conditions */
        grantContent: Text,
        licenceName: Type.Optional(Text),
        validityYears: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
        renewalDaysBefore: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
        /** own typst bodies by document kind; others use the house's text of domain.md §13 */
        templates: Type.Optional(
          Type.Record(Type.String(), Type.String({ pattern: '^documents/[a-z-]+\\.typ$' })),
        ),
      },
      closed,
    ),
  },
  closed,
)
export type ItemPackage = Static<typeof ItemPackage>

/** What is known of a BPMN activity, read from flow.bpmn when the version is published. */
export interface FlowStep {
  readonly id: string
  readonly name: string
  readonly type: 'user' | 'topic' | 'message' | 'decision' | 'timer' | 'end' | 'other'
  readonly topic?: string
  readonly properties?: Readonly<Record<string, string>>
  readonly message?: string
  readonly candidatePost?: string
  /** ids that may follow, gateways and boundary events included */
  readonly next: readonly string[]
}
