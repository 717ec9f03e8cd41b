/** Only elements and engine attributes our cases use: external tasks, people, messages, timers, gateways, tables. */
import type { NodeType } from '../flow-model.ts'
import { report, type FlowContext } from './flow-context.ts'

/** The engine's attributes an element may carry. Listeners, classes, expressions and scripts are in no row. */
const ENGINE_ATTRIBUTES: Readonly<Record<NodeType, readonly string[]>> = {
  startEvent: [],
  endEvent: [],
  userTask: ['candidateGroups'],
  serviceTask: ['type', 'topic'],
  receiveTask: [],
  businessRuleTask: ['decisionRef', 'decisionRefBinding', 'resultVariable', 'mapDecisionResult'],
  exclusiveGateway: [],
  parallelGateway: [],
  boundaryEvent: [],
  intermediateCatchEvent: [],
}
const ASYNC_ATTRIBUTES = ['asyncBefore', 'asyncAfter', 'exclusive']

const EVENT_DEFINITIONS: Readonly<Partial<Record<NodeType, readonly string[]>>> = {
  startEvent: [],
  endEvent: ['terminateEventDefinition'],
  boundaryEvent: ['timerEventDefinition'],
  intermediateCatchEvent: ['timerEventDefinition', 'messageEventDefinition'],
}

const ELEMENT_ID = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/

export function checkElements(context: FlowContext): void {
  const { flow, item } = context
  const processId = item.code.toLowerCase().replace(/[^a-z0-9]/g, '_')
  if (flow.processId !== processId)
    report(
      context,
      flow.processId,
      'PROCESS_ID',
      `流程编号须是${processId}`,
      `The process id must be ${processId}`,
    )
  if (!flow.executable)
    report(
      context,
      flow.processId,
      'NOT_EXECUTABLE',
      '流程须可执行',
      'The process must be executable',
    )
  if (!/^\d{1,5}$/.test(flow.engine['historyTimeToLive'] ?? ''))
    report(
      context,
      flow.processId,
      'TIME_TO_LIVE',
      '流程须写明camunda:historyTimeToLive（天数）',
      'The process needs camunda:historyTimeToLive in days',
    )
  for (const { id, type } of flow.foreign)
    report(context, id, 'ELEMENT_REFUSED', `不能用${type}`, `${type} may not be used`)
  for (const node of flow.nodes.values()) {
    if (!ELEMENT_ID.test(node.id))
      report(
        context,
        node.id,
        'ELEMENT_ID',
        '编号只能用字母、数字、下划线',
        'An id has letters, digits and underscores only',
      )
    const allowed = [...ENGINE_ATTRIBUTES[node.type], ...ASYNC_ATTRIBUTES]
    for (const name of Object.keys(node.engine))
      if (!allowed.includes(name))
        report(
          context,
          node.id,
          'ATTRIBUTE_REFUSED',
          `不能用属性${name}`,
          `Attribute ${name} may not be used`,
        )
    for (const [name, value] of Object.entries(node.engine))
      if (/[$#]\{/.test(value))
        report(
          context,
          node.id,
          'EXPRESSION_REFUSED',
          `${name}须是文字，不能是表达式`,
          `${name} must be literal, not an expression`,
        )
    for (const extension of node.otherExtensions)
      report(
        context,
        node.id,
        'EXTENSION_REFUSED',
        `不能用扩展${extension}`,
        `Extension ${extension} may not be used`,
      )
    if (node.type !== 'serviceTask' && Object.keys(node.properties).length > 0)
      report(
        context,
        node.id,
        'EXTENSION_REFUSED',
        '只有服务任务能带属性',
        'Only service tasks carry properties',
      )
    const definitions = EVENT_DEFINITIONS[node.type] ?? []
    for (const definition of node.definitions)
      if (!definitions.includes(definition))
        report(
          context,
          node.id,
          'EVENT_REFUSED',
          `这里不能用${definition}`,
          `${definition} may not be used here`,
        )
    checkName(context, node)
  }
}

function checkName(
  context: FlowContext,
  node: { id: string; name: string; type: NodeType; outgoing: readonly unknown[] },
) {
  const merging =
    (node.type === 'exclusiveGateway' || node.type === 'parallelGateway') &&
    node.outgoing.length < 2
  if (node.name.trim() === '' && !merging)
    report(context, node.id, 'NO_NAME', '须有名称', 'It needs a name')
}
