/** What every flow rule is given. A rule looks at one matter, adds findings and changes nothing. */
import type { ItemPackage } from '../../../contracts/item-package.ts'
import type { DecisionInfo } from '../check-decisions.ts'
import type { Findings } from '../findings.ts'
import type { FlowModel, FlowNode } from '../flow-model.ts'

export interface FlowContext {
  readonly flow: FlowModel
  readonly item: ItemPackage
  readonly decisions: readonly DecisionInfo[]
  readonly findings: Findings
}

/** What record-outcome is told when a deadline has passed. */
export const EXPIRIES = ['correction-expired', 'tolerance-expired'] as const

export type FlowRule = (context: FlowContext) => void

/** Reports at an element: `flow.bpmn#Task_Accept` */
export function report(
  { findings }: FlowContext,
  id: string,
  code: string,
  zh: string,
  en: string,
): void {
  findings.add(id === '' ? 'flow.bpmn' : `flow.bpmn#${id}`, code, zh, en)
}

export function nodesOf(context: FlowContext, type: FlowNode['type']): FlowNode[] {
  return [...context.flow.nodes.values()].filter((node) => node.type === type)
}

/** A service task that runs this topic, with its property where given. */
export function runsTopic(node: FlowNode, topic: string, value?: string): boolean {
  return (
    node.type === 'serviceTask' &&
    node.engine['topic'] === topic &&
    (value === undefined || Object.values(node.properties).includes(value))
  )
}
