/** One beginning, every step can be reached, every path can end, and one token stays one token. */
import type { FlowNode } from '../flow-model.ts'
import { nodesOf, report, type FlowContext } from './flow-context.ts'

export function checkPaths(context: FlowContext): void {
  const { flow } = context
  const starts = nodesOf(context, 'startEvent')
  if (starts.length !== 1)
    report(
      context,
      flow.processId,
      'ONE_START',
      '须正好有一个开始',
      'There must be exactly one start event',
    )
  for (const node of flow.nodes.values()) checkShape(context, node)
  for (const edge of flow.edges)
    if (!flow.nodes.has(edge.source) || !flow.nodes.has(edge.target))
      report(
        context,
        edge.id,
        'LOOSE_FLOW',
        '连线没有接到允许的环节',
        'The flow does not join two allowed steps',
      )
  const reached = walk(starts, (node) => followers(context, node))
  const ending = walk(nodesOf(context, 'endEvent'), (node) => leaders(context, node))
  for (const node of flow.nodes.values()) {
    if (!reached.has(node.id))
      report(
        context,
        node.id,
        'UNREACHABLE',
        '从开始走不到这里',
        'It cannot be reached from the start',
      )
    else if (!ending.has(node.id))
      report(context, node.id, 'NO_END', '从这里走不到结束', 'No end can be reached from here')
  }
}

function checkShape(context: FlowContext, node: FlowNode): void {
  const gateway = node.type === 'exclusiveGateway' || node.type === 'parallelGateway'
  const [inn, out] = [node.incoming.length, node.outgoing.length]
  if (!gateway && out > 1)
    report(context, node.id, 'IMPLICIT_SPLIT', '分路须画网关', 'A split needs a gateway')
  if (gateway && inn > 1 && out > 1)
    report(
      context,
      node.id,
      'JOIN_AND_SPLIT',
      '汇合与分路须分开画',
      'Joining and splitting need two gateways',
    )
  if (node.type === 'endEvent' && out > 0)
    report(context, node.id, 'AFTER_END', '结束之后不能再有环节', 'Nothing follows an end')
  if ((node.type === 'startEvent' || node.type === 'boundaryEvent') && inn > 0)
    report(
      context,
      node.id,
      'BEFORE_START',
      '开始和边界事件不能有入口',
      'Nothing leads to a start or a boundary event',
    )
  if (node.type === 'boundaryEvent' && !context.flow.nodes.has(node.attachedTo ?? ''))
    report(
      context,
      node.id,
      'LOOSE_EVENT',
      '边界事件没有依附的环节',
      'The boundary event sits on nothing',
    )
}

/** What may follow a step, the boundary events on it included. */
export function followers(context: FlowContext, node: FlowNode): FlowNode[] {
  const attached = nodesOf(context, 'boundaryEvent').filter((e) => e.attachedTo === node.id)
  const targets = node.outgoing.flatMap((edge) => context.flow.nodes.get(edge.target) ?? [])
  return [...targets, ...attached]
}

function leaders(context: FlowContext, node: FlowNode): FlowNode[] {
  const host = node.attachedTo === undefined ? undefined : context.flow.nodes.get(node.attachedTo)
  const sources = node.incoming.flatMap((edge) => context.flow.nodes.get(edge.source) ?? [])
  return host === undefined ? sources : [...sources, host]
}

function walk(from: readonly FlowNode[], step: (node: FlowNode) => FlowNode[]): Set<string> {
  const seen = new Set(from.map((node) => node.id))
  const queue = [...from]
  for (let node = queue.pop(); node !== undefined; node = queue.pop())
    for (const next of step(node))
      if (!seen.has(next.id)) {
        seen.add(next.id)
        queue.push(next)
      }
  return seen
}
