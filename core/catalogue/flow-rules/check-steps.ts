/** Whoever waits can read what for: each step that takes time has words for the citizen in item.json. */
import type { FlowStep } from '../../../contracts/item-package.ts'
import type { FlowNode, NodeType } from '../flow-model.ts'
import { report, type FlowContext } from './flow-context.ts'
import { followers } from './check-paths.ts'

const TAKES_TIME: readonly NodeType[] = [
  'userTask',
  'serviceTask',
  'receiveTask',
  'businessRuleTask',
  'intermediateCatchEvent',
]

export function checkSteps(context: FlowContext): void {
  const { flow, item, findings } = context
  for (const node of flow.nodes.values())
    if (TAKES_TIME.includes(node.type) && item.steps[node.id] === undefined)
      report(
        context,
        node.id,
        'NO_CITIZEN_WORDS',
        'item.json的steps里没有给群众看的说明',
        'steps in item.json has no words for the citizen',
      )
  for (const [id, step] of Object.entries(item.steps)) {
    const node = flow.nodes.get(id)
    if (node === undefined)
      findings.add(
        `item.json#/steps/${id}`,
        'NO_SUCH_STEP',
        '流程图里没有这一步',
        'The flow has no such step',
      )
    else if (node.type !== 'userTask' && (step.act ?? step.post ?? step.unit) !== undefined)
      findings.add(
        `item.json#/steps/${id}`,
        'NOT_A_USER_TASK',
        '只有人工环节能有act、post、unit',
        'Only a user task has act, post and unit',
      )
  }
}

const STEP_TYPES: Readonly<Record<NodeType, FlowStep['type']>> = {
  startEvent: 'other',
  endEvent: 'end',
  userTask: 'user',
  serviceTask: 'topic',
  receiveTask: 'message',
  businessRuleTask: 'decision',
  exclusiveGateway: 'other',
  parallelGateway: 'other',
  boundaryEvent: 'timer',
  intermediateCatchEvent: 'timer',
}

/** The steps of a version as status and inbox read them; boundary events are steps that may follow their task. */
export function listSteps(context: FlowContext): FlowStep[] {
  return [...context.flow.nodes.values()].map((node) => ({
    id: node.id,
    name: node.name,
    type:
      node.type === 'intermediateCatchEvent' && node.message !== undefined
        ? 'message'
        : STEP_TYPES[node.type],
    ...optional(node),
    next: followers(context, node).map((next) => next.id),
  }))
}

function optional(node: FlowNode): Partial<FlowStep> {
  const { topic, candidateGroups } = node.engine
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(node.type === 'serviceTask' ? { properties: node.properties } : {}),
    ...(node.message === undefined ? {} : { message: node.message }),
    ...(candidateGroups === undefined ? {} : { candidatePost: candidateGroups }),
  }
}
