/** flow.bpmn -> FlowModel, by bpmn-moddle with the engine's descriptor. */
import { createRequire } from 'node:module'
import { BpmnModdle, type ModdleElement } from 'bpmn-moddle'
import type { Findings } from './findings.ts'
import {
  NODE_TYPES,
  type FlowEdge,
  type FlowModel,
  type FlowNode,
  type NodeType,
} from './flow-model.ts'

const FILE = 'flow.bpmn'
// By require: Node 20 warns about JSON imports.
const camunda: unknown = createRequire(import.meta.url)(
  'camunda-bpmn-moddle/resources/camunda.json',
)
const moddle = new BpmnModdle({ camunda })

/** Layout and notes: they say nothing to the engine. */
const SILENT = new Set([
  'bpmn:TextAnnotation',
  'bpmn:Association',
  'bpmn:Group',
  'bpmn:Documentation',
  'bpmn:Category',
])

/**
 * bpmn-moddle is lenient: unknown elements, dangling references and duplicate ids are mere warnings. Here each is an
 * error, and nothing else is looked at before they are gone.
 * @returns undefined when the diagram cannot be judged any further
 */
export async function readFlow(xml: string, findings: Findings): Promise<FlowModel | undefined> {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) {
    findings.add(FILE, 'DOCTYPE', '不得含有DOCTYPE或ENTITY', 'DOCTYPE and ENTITY are not allowed')
    return undefined
  }
  let parsed
  try {
    parsed = await moddle.fromXML(xml)
  } catch (error) {
    const reason = error instanceof Error ? firstLine(error.message) : 'unreadable'
    findings.add(
      FILE,
      'NOT_BPMN',
      `不是可读的BPMN：${reason}`,
      `It is not readable BPMN: ${reason}`,
    )
    return undefined
  }
  for (const warning of parsed.warnings) {
    const reason = firstLine(warning.message)
    findings.add(
      FILE,
      'BPMN_WARNING',
      `图不完整或有重复：${reason}`,
      `The diagram is faulty: ${reason}`,
    )
  }
  if (parsed.warnings.length > 0) return undefined
  const roots = listOf(parsed.rootElement, 'rootElements')
  const processes = roots.filter((root) => root.$type === 'bpmn:Process')
  const [process] = processes
  if (process === undefined || processes.length > 1) {
    findings.add(
      FILE,
      'ONE_PROCESS',
      '一个文件里须正好有一个流程',
      'The file must hold exactly one process',
    )
    return undefined
  }
  const foreign = roots
    .filter(
      (root) => !['bpmn:Process', 'bpmn:Message'].includes(root.$type) && !SILENT.has(root.$type),
    )
    .map((root) => ({ id: root.id ?? '', type: root.$type }))
  const messages = roots.filter((r) => r.$type === 'bpmn:Message').map((m) => textOf(m['name']))
  return toModel(process, messages, foreign)
}

function toModel(
  process: ModdleElement,
  messages: readonly string[],
  foreignRoots: FlowModel['foreign'],
): FlowModel {
  const foreign = [...foreignRoots]
  const edges = new Map<string, FlowEdge>()
  const elements = listOf(process, 'flowElements')
  for (const element of elements)
    if (element.$type === 'bpmn:SequenceFlow') edges.set(element.id ?? '', toEdge(element))
  const nodes = new Map<string, FlowNode>()
  for (const element of elements) {
    if (element.$type === 'bpmn:SequenceFlow') continue
    const type = nodeType(element)
    if (type === undefined) foreign.push({ id: element.id ?? '', type: element.$type })
    else nodes.set(element.id ?? '', toNode(element, type, edges))
  }
  for (const artifact of listOf(process, 'artifacts'))
    if (!SILENT.has(artifact.$type)) foreign.push({ id: artifact.id ?? '', type: artifact.$type })
  for (const property of ['properties', 'ioSpecification', 'laneSets', 'supports', 'resources'])
    for (const element of listOf(process, property))
      foreign.push({ id: element.id ?? '', type: element.$type })
  if (extensionsOf(process).length > 0)
    foreign.push({ id: process.id ?? '', type: 'extensionElements' })
  return {
    processId: process.id ?? '',
    processName: textOf(process['name']),
    executable: process['isExecutable'] === true,
    engine: engineAttributes(process),
    nodes,
    edges: [...edges.values()],
    messages,
    foreign,
  }
}

function nodeType(element: ModdleElement): NodeType | undefined {
  const local = element.$type.replace(/^bpmn:/, '')
  const name = local.charAt(0).toLowerCase() + local.slice(1)
  const known = NODE_TYPES.find((type) => type === name)
  // A loop or a multi-instance marker makes several tokens of one: our rules do not follow them.
  return element['loopCharacteristics'] === undefined ? known : undefined
}

function toEdge(element: ModdleElement): FlowEdge {
  const condition = element['conditionExpression'] as ModdleElement | undefined
  return {
    id: element.id ?? '',
    name: textOf(element['name']),
    source: (element['sourceRef'] as ModdleElement | undefined)?.id ?? '',
    target: (element['targetRef'] as ModdleElement | undefined)?.id ?? '',
    condition: condition === undefined ? undefined : textOf(condition['body']),
  }
}

function toNode(
  element: ModdleElement,
  type: NodeType,
  edges: ReadonlyMap<string, FlowEdge>,
): FlowNode {
  const all = [...edges.values()]
  const definitions = listOf(element, 'eventDefinitions')
  const message = (element['messageRef'] ??
    definitions.find((d) => d['messageRef'] !== undefined)?.['messageRef']) as
    ModdleElement | undefined
  const extensions = extensionsOf(element)
  return {
    id: element.id ?? '',
    name: textOf(element['name']),
    type,
    incoming: all.filter((edge) => edge.target === element.id),
    outgoing: all.filter((edge) => edge.source === element.id),
    defaultFlow: (element['default'] as ModdleElement | undefined)?.id,
    attachedTo: (element['attachedToRef'] as ModdleElement | undefined)?.id,
    interrupting: element['cancelActivity'] !== false,
    definitions: definitions.map((d) => localName(d.$type)),
    timer: timerOf(definitions),
    message: message === undefined ? undefined : textOf(message['name']),
    engine: engineAttributes(element),
    properties: propertiesOf(extensions),
    otherExtensions: extensions
      .filter((e) => e.$type !== 'camunda:Properties')
      .map((e) => localName(e.$type)),
  }
}

function timerOf(definitions: readonly ModdleElement[]): FlowNode['timer'] {
  for (const definition of definitions)
    for (const kind of ['timeDate', 'timeDuration', 'timeCycle']) {
      const expression = definition[kind] as ModdleElement | undefined
      if (expression !== undefined) return { kind, text: textOf(expression['body']).trim() }
    }
  return undefined
}

interface Descriptor {
  readonly properties: readonly {
    readonly name: string
    readonly isAttr?: boolean
    readonly ns: { readonly prefix: string; readonly localName: string }
  }[]
}

/** Known ones are typed properties of the element, unknown ones stay in $attrs; both must be seen. */
function engineAttributes(element: ModdleElement): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(element.$attrs ?? {}))
    if (!name.startsWith('xmlns')) found[name.replace(/^camunda:/, '')] = String(value)
  const { $descriptor } = element as unknown as { $descriptor?: Descriptor }
  for (const property of $descriptor?.properties ?? [])
    if (
      property.isAttr === true &&
      property.ns.prefix === 'camunda' &&
      Object.hasOwn(element, property.name)
    )
      found[property.ns.localName] = textOf(element[property.name])
  return found
}

function extensionsOf(element: ModdleElement): ModdleElement[] {
  const holder = element['extensionElements'] as ModdleElement | undefined
  return holder === undefined ? [] : listOf(holder, 'values')
}

function propertiesOf(extensions: readonly ModdleElement[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const holder of extensions.filter((e) => e.$type === 'camunda:Properties'))
    for (const property of listOf(holder, 'values'))
      found[textOf(property['name'])] = textOf(property['value'])
  return found
}

function listOf(element: ModdleElement, property: string): ModdleElement[] {
  const value = element[property]
  return Array.isArray(value) ? (value as ModdleElement[]) : []
}

function localName(type: string): string {
  const local = type.slice(type.indexOf(':') + 1)
  return local.charAt(0).toLowerCase() + local.slice(1)
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200)
}
