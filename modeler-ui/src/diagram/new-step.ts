import { isChoice, isFlow } from './read-element.ts'
import type { DiagramElement, Get, Point } from './services.ts'
import { together } from './together.ts'

/** What may be drawn: the rows of the deploy gate (core/catalogue/flow-rules) that a designer adds by hand. */
export const NEW_STEPS = [
  { type: 'bpmn:UserTask', icon: 'bpmn-icon-user-task', prefix: 'Task' },
  { type: 'bpmn:ServiceTask', icon: 'bpmn-icon-service-task', prefix: 'Auto' },
  { type: 'bpmn:ReceiveTask', icon: 'bpmn-icon-receive-task', prefix: 'Wait' },
  { type: 'bpmn:ExclusiveGateway', icon: 'bpmn-icon-gateway-xor', prefix: 'Gateway' },
  { type: 'bpmn:EndEvent', icon: 'bpmn-icon-end-event-none', prefix: 'End' },
] as const
export type NewStepType = (typeof NEW_STEPS)[number]['type']

/** A shape not yet in the diagram, with a readable id a designer may change. */
export function newShape(get: Get, type: NewStepType): object {
  const prefix = NEW_STEPS.find((step) => step.type === type)?.prefix ?? 'Step'
  const attrs = type === 'bpmn:ServiceTask' ? { 'camunda:type': 'external' } : {}
  const businessObject = get('bpmnFactory').create(type, { id: freeId(get, prefix), ...attrs })
  return get('elementFactory').createShape({ type, businessObject })
}

function freeId(get: Get, prefix: string): string {
  for (let number = 1; ; number += 1)
    if (get('elementRegistry').get(`${prefix}_New${number}`) === undefined)
      return `${prefix}_New${number}`
}

/** Gap that a step with an arrow on both sides takes, in diagram units. */
const ROOM = 150

/** On a flow, or after a step: what stood behind moves right, the flow stays joined. @returns the new step */
export function addStep(get: Get, after: DiagramElement, type: NewStepType): DiagramElement {
  let added: DiagramElement | undefined
  together(get, () => {
    const flow = isFlow(after) ? after : onlyFlowOut(after)
    added = flow === undefined ? append(get, after, type) : insert(get, flow, type)
  })
  if (added === undefined) throw new Error('nothing was added')
  return added
}

/** A gateway with several ways out must be told which one: add on its flow. */
export function mayAddAfter(element: DiagramElement): boolean {
  if (isFlow(element)) return true
  if (element.type === 'bpmn:EndEvent') return false
  return element.outgoing.length <= 1 || isChoice(element)
}

function onlyFlowOut(step: DiagramElement): DiagramElement | undefined {
  return isChoice(step) ? undefined : step.outgoing[0]
}

function append(get: Get, after: DiagramElement, type: NewStepType): DiagramElement {
  return get('autoPlace').append(after, newShape(get, type))
}

function insert(get: Get, flow: DiagramElement, type: NewStepType): DiagramElement {
  const { source, target, parent } = flow
  if (source === undefined || target === undefined || parent === undefined)
    throw new Error('a flow without ends')
  if (type === 'bpmn:EndEvent') return append(get, source, type)
  makeRoom(get, source, target)
  return get('modeling').createShape(newShape(get, type), middleOf(flow), flow)
}

function makeRoom(get: Get, source: DiagramElement, target: DiagramElement): void {
  const edge = source.x + source.width
  // Backwards or already far apart: moving the rest would only tear the picture.
  if (target.x < edge || target.x - edge >= ROOM + 50) return
  const start = edge + 1
  const drawn = get('elementRegistry').filter((element) => element.parent !== undefined)
  const { movingShapes, resizingShapes } = get('spaceTool').calculateAdjustments(
    drawn,
    'x',
    ROOM,
    start,
  )
  get('modeling').createSpace(movingShapes, resizingShapes, { x: ROOM, y: 0 }, 'e', start)
}

/** The middle of the longest leg: there a step has most room. */
function middleOf(flow: DiagramElement): Point {
  const points = flow.waypoints ?? []
  const legs = points.slice(1).map((to, index) => ({ from: points[index] ?? to, to }))
  const length = ({ from, to }: { from: Point; to: Point }) =>
    Math.abs(to.x - from.x) + Math.abs(to.y - from.y)
  const [longest] = legs.sort((a, b) => length(b) - length(a))
  if (longest === undefined) throw new Error('a flow without waypoints')
  return { x: (longest.from.x + longest.to.x) / 2, y: (longest.from.y + longest.to.y) / 2 }
}

const HAS_DEADLINE = ['bpmn:UserTask', 'bpmn:ReceiveTask']
export function mayHaveDeadline(element: DiagramElement): boolean {
  return HAS_DEADLINE.includes(element.type) && element.attachers.length === 0
}

/** An interrupting timer on the lower edge of a waiting step; where it leads is drawn afterwards. */
export function addDeadline(get: Get, host: DiagramElement): DiagramElement {
  const factory = get('bpmnFactory')
  const businessObject = factory.create('bpmn:BoundaryEvent', {
    id: freeId(get, 'Timer'),
    cancelActivity: true,
  })
  const shape = get('elementFactory').createShape({
    type: 'bpmn:BoundaryEvent',
    businessObject,
    eventDefinitionType: 'bpmn:TimerEventDefinition',
  })
  const at = { x: host.x + host.width - 20, y: host.y + host.height }
  return get('modeling').createShape(shape, at, host, { attach: true })
}

/** Steps that a new flow may lead to. */
export function connectable(get: Get, source: DiagramElement): readonly DiagramElement[] {
  const joined = new Set(source.outgoing.map((flow) => flow.target?.id))
  return get('elementRegistry').filter((target) => {
    if (target === source || joined.has(target.id) || target.labelTarget !== undefined) return false
    if (!target.businessObject.$instanceOf('bpmn:FlowNode')) return false
    const allowed = get('bpmnRules').canConnect(source, target) as { type?: string } | false | null
    return typeof allowed === 'object' && allowed?.type === 'bpmn:SequenceFlow'
  })
}
