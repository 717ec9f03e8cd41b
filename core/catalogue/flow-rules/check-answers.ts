/**
 * The engine's timer may come before an answer that was on file in time (the engine was away at the deadline). So the
 * step that records an expiry is followed by a choice that leads an answered case on, as its answer would have.
 */
import { Variables } from '../../../contracts/variables.ts'
import { demands, parseCondition } from '../condition.ts'
import type { FlowEdge, FlowNode } from '../flow-model.ts'
import { EXPIRIES, nodesOf, report, runsTopic, type FlowContext } from './flow-context.ts'

export function checkAnswers(context: FlowContext): void {
  for (const node of nodesOf(context, 'serviceTask')) {
    if (!EXPIRIES.some((kind) => runsTopic(node, 'record-outcome', kind))) continue
    const onwards = waitsBefore(context, node).flatMap((wait) => wait.outgoing.map((e) => e.target))
    const answered = choiceAfter(context, node).filter(wantsAnswer)
    if (answered.length !== 1 || !onwards.every((target) => answered[0]?.target === target))
      report(
        context,
        node.id,
        'NO_WAY_BACK',
        `期满前已答复的，须由网关（${Variables.answeredInTime} == true）回到答复后的那一步`,
        `After it a gateway (${Variables.answeredInTime} == true) must lead to where the answer leads`,
      )
  }
}

/** The waits whose timer leads here. */
function waitsBefore({ flow }: FlowContext, node: FlowNode): FlowNode[] {
  return node.incoming.flatMap((edge) => {
    const timer = flow.nodes.get(edge.source)
    return flow.nodes.get(timer?.attachedTo ?? '') ?? []
  })
}

function choiceAfter({ flow }: FlowContext, node: FlowNode): readonly FlowEdge[] {
  const next = flow.nodes.get(node.outgoing[0]?.target ?? '')
  return next?.type === 'exclusiveGateway' ? next.outgoing : []
}

function wantsAnswer({ condition }: FlowEdge): boolean {
  if (condition === undefined) return false
  try {
    return demands(parseCondition(condition), Variables.answeredInTime)
  } catch {
    // check-gateways.ts has said what is wrong with it.
    return false
  }
}
