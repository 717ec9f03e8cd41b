/** What the law wants to come first comes first on every path; nothing is read before somebody wrote it. */
import { leavesOf, parseCondition } from '../condition.ts'
import type { FlowNode } from '../flow-model.ts'
import { nodesOf, report, runsTopic, type FlowContext } from './flow-context.ts'
import { knownBefore, variable, type Marks } from './known-before.ts'

interface Demand {
  readonly when: (node: FlowNode, context: FlowContext) => boolean
  readonly mark: string
  readonly code: string
  readonly zh: string
  readonly en: string
}

const document = (kind: string) => (node: FlowNode) => runsTopic(node, 'render-document', kind)
const outcome = (kind: string) => (node: FlowNode) => runsTopic(node, 'record-outcome', kind)
const act = (name: string) => (node: FlowNode, context: FlowContext) =>
  context.item.steps[node.id]?.act === name && node.type === 'userTask'

const DEMANDS: readonly Demand[] = [
  {
    when: document('refusal-decision'),
    mark: 'act:decide',
    code: 'REFUSAL_WITHOUT_DECISION',
    zh: '不予决定书之前须有人作出决定（行政许可法第三十八条）',
    en: 'A refusal must pass a person who decides (Licensing Law art. 38)',
  },
  {
    when: (node) => document('grant-decision')(node) || document('licence')(node),
    mark: 'decided',
    code: 'GRANT_WITHOUT_DECISION',
    zh: '准予决定书和许可证之前须先作出决定',
    en: 'A grant or licence must follow a decision',
  },
  {
    when: (node) =>
      runsTopic(node, 'notify', 'decided') || runsTopic(node, 'ems-dispatch', 'outbound'),
    mark: 'decided',
    code: 'RESULT_WITHOUT_DECISION',
    zh: '告知或寄送结果之前须先作出决定',
    en: 'A result is told or sent only after a decision',
  },
  {
    when: (node, context) => act('hand-over')(node, context) || outcome('delivered-online')(node),
    mark: 'decided',
    code: 'RESULT_WITHOUT_DECISION',
    zh: '送达之前须先作出决定',
    en: 'A result is delivered only after a decision',
  },
  {
    when: outcome('instant-grant'),
    mark: 'checks-passed',
    code: 'INSTANT_WITHOUT_CHECKS',
    zh: '当场准予只能走“核对都通过”（checksPassed == true）的出口',
    en: 'An instant grant needs a gateway that demands checksPassed == true',
  },
  {
    when: document('acceptance-notice'),
    mark: 'act:accept',
    code: 'ACCEPTANCE_WITHOUT_ACT',
    zh: '受理通知书之前须有受理环节',
    en: 'The notice of acceptance must follow the act of acceptance',
  },
  {
    when: (node) =>
      document('correction-notice')(node) || document('non-acceptance-decision')(node),
    mark: 'act:accept',
    code: 'ACCEPTANCE_WITHOUT_ACT',
    zh: '补正告知、不予受理之前须有受理环节',
    en: 'Correction and non-acceptance must follow the act of acceptance',
  },
  {
    when: outcome('correction-expired'),
    mark: 'expired:correction-submitted',
    code: 'EXPIRY_WITHOUT_WAIT',
    zh: '逾期未补正只能由等补正的计时事件引出',
    en: 'Correction expires only by the timer on its wait',
  },
  {
    when: outcome('tolerance-expired'),
    mark: 'expired:tolerance-supplied',
    code: 'EXPIRY_WITHOUT_WAIT',
    zh: '逾期未补齐只能由等补齐的计时事件引出',
    en: 'Tolerance expires only by the timer on its wait',
  },
  {
    when: (node) => runsTopic(node, 'notify', 'accepted') || runsTopic(node, 'notify', 'tolerance'),
    mark: 'act:accept',
    code: 'ACCEPTANCE_WITHOUT_ACT',
    zh: '告知已受理之前须有受理环节',
    en: 'Acceptance is told only after the act of acceptance',
  },
  {
    when: (node) => runsTopic(node, 'notify', 'dispatched'),
    mark: 'dispatched',
    code: 'DISPATCH_NOT_MADE',
    zh: '告知已寄出之前须先寄送结果',
    en: 'Dispatch is told only after the result was dispatched',
  },
  {
    // Both are told by the act itself: at filing with the query code, at withdrawal by the applicant.
    when: (node) => runsTopic(node, 'notify', 'received') || runsTopic(node, 'notify', 'withdrawn'),
    mark: 'never',
    code: 'NOTICE_NOT_FOR_FLOW',
    zh: '收件和撤回的告知由系统随行为发出，不画在流程里',
    en: 'Receipt and withdrawal are told with the act itself, not by the flow',
  },
  ...(['inspect', 'review', 'decide'] as const).map((name) => ({
    when: act(name),
    mark: 'act:accept',
    code: 'ACT_BEFORE_ACCEPTANCE',
    zh: '受理之前不能核查、审查或决定',
    en: 'No inspection, review or decision before acceptance',
  })),
]

export function checkOrder(context: FlowContext): void {
  const before = knownBefore(context)
  for (const node of context.flow.nodes.values()) {
    const known = before.get(node.id)
    if (known === undefined) continue
    for (const demand of DEMANDS)
      if (demand.when(node, context) && !known.has(demand.mark))
        report(context, node.id, demand.code, demand.zh, demand.en)
    checkReads(context, node, known)
  }
}

function checkReads(context: FlowContext, node: FlowNode, known: Marks): void {
  const read = (place: string, name: string) => {
    if (!known.has(variable(name)))
      report(
        context,
        place,
        'UNKNOWN_VARIABLE',
        `变量${name}在这之前没有人写过`,
        `Nobody has written variable ${name} before`,
      )
  }
  for (const edge of node.outgoing) {
    if (edge.condition === undefined || node.type !== 'exclusiveGateway') continue
    try {
      for (const leaf of leavesOf(parseCondition(edge.condition))) read(edge.id, leaf.variable)
    } catch {
      // check-gateways.ts has said what is wrong with it.
    }
  }
  const timer = /^\$\{\s*(\w+)\s*\}$/.exec(node.timer?.text ?? '')?.[1]
  if (timer !== undefined) read(node.id, timer)
  for (const task of node.type === 'businessRuleTask' ? [node] : [])
    for (const fact of context.decisions.find((d) => d.id === task.engine['decisionRef'])?.reads ??
      [])
      read(task.id, fact)
}

/** The item's choices and the flow's branches agree: nothing is offered that the flow cannot do, and the reverse. */
export function checkOffers(context: FlowContext): void {
  const { item, flow } = context
  const nodes = [...flow.nodes.values()]
  const has = (test: (node: FlowNode) => boolean) => nodes.some(test)
  const waits = (message: string) => has((node) => node.message === message)
  const agree = (offered: boolean, drawn: boolean, zh: string, en: string) => {
    if (offered && !drawn)
      report(context, flow.processId, 'OFFER_MISSING', `流程里没有${zh}`, `The flow has no ${en}`)
    if (drawn && !offered)
      report(
        context,
        flow.processId,
        'OFFER_UNUSED',
        `item.json没有用到流程里的${zh}`,
        `item.json does not use the ${en} of the flow`,
      )
  }
  const acts = nodesOf(context, 'userTask').map((node) => item.steps[node.id]?.act)
  agree(true, acts.includes('accept'), '受理环节', 'act of acceptance')
  agree(true, acts.includes('decide'), '决定环节', 'act of decision')
  agree(
    true,
    has((n) => runsTopic(n, 'material-check')),
    '核对材料',
    'material check',
  )
  agree(true, waits('correction-submitted'), '补正等待', 'wait for a correction')
  agree(item.instant, has(outcome('instant-grant')), '当场准予', 'instant grant')
  agree(
    item.inbound.includes('ems'),
    has((n) => runsTopic(n, 'ems-dispatch', 'inbound')) && waits('parcel-received'),
    '上门揽收和等待寄到',
    'collection by courier and wait for the parcel',
  )
  agree(
    item.delivery.includes('ems'),
    has((n) => runsTopic(n, 'ems-dispatch', 'outbound')) && waits('parcel-delivered'),
    '邮寄结果和等待签收',
    'dispatch of the result and wait for delivery',
  )
  agree(
    item.delivery.includes('window'),
    acts.includes('hand-over'),
    '窗口领取',
    'hand-over at the window',
  )
  agree(
    item.delivery.includes('download'),
    has(outcome('delivered-online')),
    '网上送达',
    'delivery online',
  )
  agree(
    item.materials.some((material) => material.need === 'tolerable'),
    waits('tolerance-supplied'),
    '容缺补齐等待',
    'wait for tolerated papers',
  )
  agree(
    item.documents.licenceName !== undefined,
    has(document('licence')),
    '制证',
    'making of the licence',
  )
}
