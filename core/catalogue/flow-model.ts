/** What our rules need to know of a diagram: nodes, flows, and the texts the engine will evaluate. */

export const NODE_TYPES = [
  'startEvent',
  'endEvent',
  'userTask',
  'serviceTask',
  'receiveTask',
  'businessRuleTask',
  'exclusiveGateway',
  'parallelGateway',
  'boundaryEvent',
  'intermediateCatchEvent',
] as const
export type NodeType = (typeof NODE_TYPES)[number]

export interface FlowNode {
  readonly id: string
  readonly name: string
  readonly type: NodeType
  readonly incoming: readonly FlowEdge[]
  readonly outgoing: readonly FlowEdge[]
  /** id of the default flow of a gateway */
  readonly defaultFlow: string | undefined
  /** boundary event: the activity it sits on, and whether it ends it */
  readonly attachedTo: string | undefined
  readonly interrupting: boolean
  /** event definitions by local name: timerEventDefinition, messageEventDefinition, ... */
  readonly definitions: readonly string[]
  /** timeDate, timeDuration or timeCycle with its text */
  readonly timer: { readonly kind: string; readonly text: string } | undefined
  readonly message: string | undefined
  /** attributes of the engine's namespace, without prefix */
  readonly engine: Readonly<Record<string, string>>
  /** camunda:properties */
  readonly properties: Readonly<Record<string, string>>
  /** local names of all other extension elements */
  readonly otherExtensions: readonly string[]
}

export interface FlowEdge {
  readonly id: string
  readonly name: string
  readonly source: string
  readonly target: string
  readonly condition: string | undefined
}

export interface FlowModel {
  readonly processId: string
  readonly processName: string
  readonly executable: boolean
  readonly engine: Readonly<Record<string, string>>
  readonly nodes: ReadonlyMap<string, FlowNode>
  readonly edges: readonly FlowEdge[]
  /** names of the messages declared */
  readonly messages: readonly string[]
  /** elements our packages may not hold, as `type id` */
  readonly foreign: readonly { readonly id: string; readonly type: string }[]
}
