import type { DiagramElement, Moddle } from './services.ts'

/** A text attribute of the model; absent reads as empty. `camunda:` names work as they are written in the file. */
export function textOf(element: DiagramElement | Moddle, property: string): string {
  const value = moddleOf(element).get(property)
  return typeof value === 'string' ? value : ''
}

export function childOf(element: DiagramElement | Moddle, property: string): Moddle | undefined {
  return (moddleOf(element).get(property) as Moddle | undefined) ?? undefined
}

export function childrenOf(element: DiagramElement | Moddle, property: string): readonly Moddle[] {
  return (moddleOf(element).get(property) as readonly Moddle[] | undefined) ?? []
}

function moddleOf(element: DiagramElement | Moddle): Moddle {
  return 'businessObject' in element ? element.businessObject : element
}

/** The one camunda:property of a service task, e.g. document = grant-decision. */
export function propertyOf(element: DiagramElement, name: string): string {
  const holder = childOf(element, 'extensionElements')
  if (holder === undefined) return ''
  const properties = childrenOf(holder, 'values')
    .filter((value) => value.$type === 'camunda:Properties')
    .flatMap((value) => childrenOf(value, 'values'))
  const found = properties.find((property) => textOf(property, 'name') === name)
  return found === undefined ? '' : textOf(found, 'value')
}

export function messageOf(element: DiagramElement): string {
  const message = childOf(element, 'messageRef')
  return message === undefined ? '' : textOf(message, 'name')
}

/** The engine variable a timer waits until: `${correctionDeadline}` -> correctionDeadline. */
export function deadlineOf(element: DiagramElement): string {
  const [definition] = childrenOf(element, 'eventDefinitions')
  const date = definition && childOf(definition, 'timeDate')
  return date === undefined ? '' : textOf(date, 'body').replace(/^\s*\$\{\s*(\w+)\s*\}\s*$/, '$1')
}

export function hasTimer(element: DiagramElement): boolean {
  return childrenOf(element, 'eventDefinitions').some(
    (definition) => definition.$type === 'bpmn:TimerEventDefinition',
  )
}

export function conditionOf(flow: DiagramElement): string {
  const condition = childOf(flow, 'conditionExpression')
  return condition === undefined ? '' : textOf(condition, 'body')
}

export function isDefaultFlow(flow: DiagramElement): boolean {
  if (flow.source === undefined) return false
  return childOf(flow.source, 'default')?.id === flow.id
}

export function isFlow(element: DiagramElement): boolean {
  return element.type === 'bpmn:SequenceFlow'
}

export function isChoice(element: DiagramElement): boolean {
  return element.type === 'bpmn:ExclusiveGateway'
}

/** A step as the office counts them: no flow, no note, no label. */
export function isStep(element: DiagramElement): boolean {
  return element.labelTarget === undefined && element.businessObject.$instanceOf('bpmn:FlowNode')
}

const TAKES_TIME = [
  'bpmn:UserTask',
  'bpmn:ServiceTask',
  'bpmn:ReceiveTask',
  'bpmn:BusinessRuleTask',
  'bpmn:IntermediateCatchEvent',
]
/** Whoever waits here reads why: these steps need words for the citizen. */
export function needsCitizenWords(element: DiagramElement): boolean {
  return TAKES_TIME.includes(element.type)
}
