/** A parcel another person signed for, or that came back, has reached nobody: a clerk must get the task to see to it. */
import { Messages, Variables } from '../../../contracts/variables.ts'
import { demands, parseCondition } from '../condition.ts'
import type { FlowEdge, FlowNode } from '../flow-model.ts'
import { nodesOf, report, type FlowContext } from './flow-context.ts'

export function checkParcels(context: FlowContext): void {
  for (const wait of nodesOf(context, 'receiveTask'))
    if (wait.message === Messages.parcelDelivered && !handsOver(context, wait))
      report(
        context,
        wait.id,
        'NO_HAND_OVER',
        `它之后须有网关：${Variables.deliveryProven} == true才算送达，否则转窗口发证（hand-over）`,
        `After it a gateway: delivered only if ${Variables.deliveryProven} == true, else to a task of act hand-over`,
      )
}

function handsOver({ flow, item }: FlowContext, wait: FlowNode): boolean {
  const gateway = flow.nodes.get(wait.outgoing[0]?.target ?? '')
  if (gateway?.type !== 'exclusiveGateway') return false
  return gateway.outgoing.every((edge) =>
    edge.id === gateway.defaultFlow
      ? item.steps[edge.target]?.act === 'hand-over'
      : wantsProof(edge),
  )
}

function wantsProof({ condition }: FlowEdge): boolean {
  if (condition === undefined) return false
  try {
    return demands(parseCondition(condition), Variables.deliveryProven)
  } catch {
    // check-gateways.ts has said what is wrong with it.
    return false
  }
}
