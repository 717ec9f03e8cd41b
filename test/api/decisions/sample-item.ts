/** A small item with one rule of every kind that the decisions tell apart. */
import type { FlowStep, ItemPackage, Rule, Step } from '../../../contracts/item-package.ts'

const words = (zh: string) => ({ zh, en: zh })

function rule(id: string, stage: Rule['stage'], test: Rule['test'], law = 'L-32'): Rule {
  return { id, stage, text: words(`${id}的标准`), fix: words(`改正${id}`), basis: [law], test }
}

function law(id: string, article: string) {
  return {
    id,
    law: '中华人民共和国行政许可法',
    article,
    text: '条文原文',
    issuer: '全国人大常委会',
    rank: 'law' as const,
    effectiveFrom: '2004-07-01',
  }
}

const files = {
  types: ['application/pdf' as const],
  minCount: 1,
  maxCount: 5,
  maxBytes: 1_048_576,
}

function material(code: string, need: 'required' | 'tolerable') {
  return {
    code,
    name: words(code),
    need,
    form: 'original' as const,
    sourceType: 'applicant' as const,
    fillExplain: '如实填写',
    acceptStandard: '清晰完整',
    basis: ['L-32'],
    files,
    ...(need === 'tolerable' ? { tolerance: { supplementDays: 3 } } : {}),
  }
}

function step(act: NonNullable<Step['act']>, post: string, unit: 'handling' | 'deciding'): Step {
  return { citizen: words(act), act, post, unit }
}

export const STEPS = {
  Task_Accept: step('accept', 'POST-ACCEPTANCE', 'handling'),
  Task_Inspect: step('inspect', 'POST-INSPECTOR', 'deciding'),
  Task_Review: step('review', 'POST-EXAMINER', 'deciding'),
  Task_Decide: step('decide', 'POST-CHIEF', 'deciding'),
  Task_HandOver: step('hand-over', 'POST-ISSUER', 'handling'),
} as const satisfies Record<string, Step>
export type StepId = keyof typeof STEPS

export const SAMPLE = {
  code: 'SAMPLE-PERMIT',
  instant: false,
  guide: {
    taskName: words('样例许可'),
    taskCode: '1144010600000001904440131001001',
    statutory: { days: 20, unit: 'working-day', explain: '行政许可法第四十二条' },
    promise: { days: 10, unit: 'working-day', explain: '承诺' },
    acceptDays: 5,
    correctionDays: 5,
    deliverDays: 10,
  },
  units: { deciding: 'TH-HRSS', handling: ['TH-HALL'] },
  channels: ['online'],
  inbound: ['upload', 'window'],
  delivery: ['window', 'download'],
  applicant: { kind: 'natural-person', name: 'name', idNo: 'idNo', phone: 'phone' },
  laws: [
    { ...law('L-32', '第三十二条'), hearingNotDue: ['acceptance' as const] },
    law('L-38', '第三十八条'),
  ],
  rules: [
    rule('A-AREA', 'acceptance', { type: 'feel', expression: 'area > 0', fields: ['area'] }),
    rule('A-PLAN', 'acceptance', { type: 'material-present', material: 'M-PLAN' }),
    rule('A-LEASE', 'acceptance', { type: 'material-present', material: 'M-LEASE' }),
    rule('A-SCOPE', 'acceptance', { type: 'manual' }),
    rule(
      'V-CAPITAL',
      'review',
      { type: 'feel', expression: 'capital >= 100', fields: ['capital'] },
      'L-38',
    ),
    rule('V-SITE', 'review', { type: 'manual' }, 'L-38'),
  ],
  materials: [material('M-PLAN', 'required'), material('M-LEASE', 'tolerable')],
  facts: [],
  steps: STEPS,
  documents: {
    numberPrefix: '穗天样',
    grantContent: '准予经营',
    licenceName: '样例许可证',
    validityYears: 3,
  },
} as unknown as ItemPackage

export const SAMPLE_FORM_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'idNo', 'phone', 'area', 'capital'],
  properties: {
    name: { type: 'string', maxLength: 50 },
    idNo: { type: 'string', maxLength: 20 },
    phone: { type: 'string', maxLength: 20 },
    area: { type: 'number' },
    capital: { type: 'number' },
  },
}

export const SAMPLE_STEPS: FlowStep[] = [
  ...Object.entries(STEPS).map(([id, { post }]) => ({
    id,
    name: id,
    type: 'user' as const,
    ...(post === undefined ? {} : { candidatePost: post }),
    next: [],
  })),
  {
    id: 'Wait_Correction',
    name: 'Wait',
    type: 'message',
    message: 'correction-submitted',
    next: [],
  },
  { id: 'Task_Check', name: 'Check', type: 'topic', topic: 'material-check', next: [] },
]
