/** Choices are visible: every flow out of a choice is labelled, one is the default, conditions stay in the grammar. */
import type { Scalar } from '../../../contracts/variables.ts'
import { leavesOf, parseCondition, type Condition } from '../condition.ts'
import type { FlowEdge, FlowNode } from '../flow-model.ts'
import { report, type FlowContext } from './flow-context.ts'

/** Closed lists of contracts/variables.ts: a misspelt value would make a branch that is never taken. */
const VALUES: Readonly<Record<string, readonly Scalar[]>> = {
  inbound: ['upload', 'ems', 'window'],
  delivery: ['ems', 'window', 'download'],
  acceptanceOutcome: ['accept', 'request-correction', 'not-required', 'not-competent'],
  decision: ['grant', 'refuse'],
  checksPassed: [true, false],
  toleranceOpen: [true, false],
  answeredInTime: [true, false],
  deliveryProven: [true, false],
}

export function checkGateways(context: FlowContext): void {
  for (const node of context.flow.nodes.values()) {
    const choosing = node.type === 'exclusiveGateway' && node.outgoing.length > 1
    if (choosing) checkChoice(context, node)
    else
      for (const edge of node.outgoing)
        if (edge.condition !== undefined)
          report(
            context,
            edge.id,
            'CONDITION_PLACE',
            '条件只能写在有多个出口的排他网关上',
            'Conditions belong to an exclusive gateway with several flows out',
          )
    if (node.type !== 'exclusiveGateway' && node.defaultFlow !== undefined)
      report(
        context,
        node.id,
        'DEFAULT_PLACE',
        '只有排他网关有默认出口',
        'Only exclusive gateways have a default flow',
      )
  }
}

function checkChoice(context: FlowContext, node: FlowNode): void {
  if (node.defaultFlow === undefined)
    report(context, node.id, 'NO_DEFAULT', '须有一条默认出口', 'It needs a default flow')
  for (const edge of node.outgoing) {
    if (edge.name.trim() === '')
      report(
        context,
        edge.id,
        'NO_LABEL',
        '网关的出口须有文字',
        'A flow out of a gateway needs a label',
      )
    if (edge.id === node.defaultFlow) {
      if (edge.condition !== undefined)
        report(
          context,
          edge.id,
          'DEFAULT_CONDITION',
          '默认出口不能再写条件',
          'The default flow has no condition',
        )
    } else if (edge.condition === undefined)
      report(
        context,
        edge.id,
        'NO_CONDITION',
        '非默认出口须有条件',
        'A flow that is not the default needs a condition',
      )
    else checkCondition(context, edge, edge.condition)
  }
}

function checkCondition(context: FlowContext, edge: FlowEdge, text: string): void {
  let condition: Condition
  try {
    condition = parseCondition(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    report(
      context,
      edge.id,
      'CONDITION_GRAMMAR',
      `条件只能是\${变量 比较 值}，用and、or、not相连：${reason}`,
      `A condition is \${variable op literal} joined by and, or, not: ${reason}`,
    )
    return
  }
  for (const leaf of leavesOf(condition)) {
    const values = VALUES[leaf.variable]
    if (values === undefined) continue
    const boolean = typeof values[0] === 'boolean'
    const fits =
      leaf.kind === 'test'
        ? boolean
        : (leaf.operator === '==' || leaf.operator === '!=') &&
          values.some((value) => value === leaf.literal)
    if (!fits)
      report(
        context,
        edge.id,
        'CONDITION_VALUE',
        `${leaf.variable}只能与${values.join('、')}比较是否相等`,
        `${leaf.variable} can only equal ${values.join(', ')}`,
      )
  }
}
