/** Every change of the model goes through the command stack: it can be taken back, and the outline hears of it. */
import { childOf, childrenOf, conditionOf, textOf } from './read-element.ts'
import type { DiagramElement, Get, Moddle } from './services.ts'
import type { StepBook, StepEntry } from './step-book.ts'
import { together } from './together.ts'

const EMPTY: StepEntry = { citizen: { zh: '', en: '' } }
const ELEMENT_ID = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/

export function createEdits(get: Get, book: StepBook) {
  const modeling = () => get('modeling')

  function set(element: DiagramElement, properties: object): void {
    modeling().updateProperties(element, properties)
  }

  function rename(element: DiagramElement, name: string): void {
    if (textOf(element, 'name') !== name)
      set(element, { name: name.trim() === '' ? undefined : name })
  }

  /** @returns false when the id is malformed or taken; nothing is changed then */
  function renumber(element: DiagramElement, id: string): boolean {
    if (id === element.id) return true
    if (!ELEMENT_ID.test(id) || get('elementRegistry').get(id) !== undefined) return false
    set(element, { id })
    return true
  }

  function sayToCitizen(id: string, language: 'zh' | 'en', text: string): void {
    const entry = book.get(id) ?? EMPTY
    if (entry.citizen[language] === text) return
    book.put(id, { ...entry, citizen: { ...entry.citizen, [language]: text } })
  }

  function setDuty(element: DiagramElement, key: 'act' | 'unit', value: string): void {
    book.put(element.id, { ...(book.get(element.id) ?? EMPTY), [key]: value })
  }

  /** The engine's candidate group and item.json name the same post, always. */
  function setPost(element: DiagramElement, post: string): void {
    together(get, () => {
      set(element, { 'camunda:candidateGroups': post })
      book.put(element.id, { ...(book.get(element.id) ?? EMPTY), post })
    })
  }

  function setTopic(element: DiagramElement, topic: string): void {
    // The property belongs to the topic; another topic has another one.
    set(element, {
      'camunda:type': 'external',
      'camunda:topic': topic,
      extensionElements: undefined,
    })
  }

  function setProperty(element: DiagramElement, name: string, value: string): void {
    const factory = get('bpmnFactory')
    const holder = childOf(element, 'extensionElements')
    const others =
      holder === undefined
        ? []
        : childrenOf(holder, 'values').filter((v) => v.$type !== 'camunda:Properties')
    const property = factory.create('camunda:Property', { name, value })
    const properties = factory.create('camunda:Properties', { values: [property] })
    const extension = factory.create('bpmn:ExtensionElements', { values: [...others, properties] })
    adopt(properties, property)
    adopt(extension, properties)
    adopt(element.businessObject, extension)
    set(element, { extensionElements: extension })
  }

  function setMessage(element: DiagramElement, name: string): void {
    together(get, () => {
      const definitions = rootOf(element.businessObject)
      const roots = childrenOf(definitions, 'rootElements')
      let message = roots.find((r) => r.$type === 'bpmn:Message' && textOf(r, 'name') === name)
      if (message === undefined) {
        message = get('bpmnFactory').create('bpmn:Message', { name })
        adopt(definitions, message)
        modeling().updateModdleProperties(element, definitions, {
          rootElements: [...roots, message],
        })
      }
      set(element, { messageRef: message })
    })
  }

  function setDeadline(element: DiagramElement, variable: string): void {
    const [definition] = childrenOf(element, 'eventDefinitions')
    if (definition === undefined) return
    const timeDate = expression(definition, `\${${variable}}`)
    modeling().updateModdleProperties(element, definition, {
      timeDate,
      timeDuration: undefined,
      timeCycle: undefined,
    })
  }

  function setCondition(flow: DiagramElement, text: string): void {
    if (conditionOf(flow) === text) return
    const empty = text.trim() === ''
    set(flow, {
      conditionExpression: empty ? undefined : expression(flow.businessObject, text.trim()),
    })
  }

  function setDefault(flow: DiagramElement, isDefault: boolean): void {
    const { source } = flow
    if (source === undefined) return
    together(get, () => {
      if (isDefault) set(flow, { conditionExpression: undefined })
      set(source, { default: isDefault ? flow.businessObject : undefined })
    })
  }

  function expression(parent: Moddle, body: string): Moddle {
    const formal = get('bpmnFactory').create('bpmn:FormalExpression', { body })
    adopt(parent, formal)
    return formal
  }

  return {
    rename,
    renumber,
    sayToCitizen,
    setDuty,
    setPost,
    setTopic,
    setProperty,
    setMessage,
    setDeadline,
    setCondition,
    setDefault,
  }
}

export type Edits = ReturnType<typeof createEdits>

function adopt(parent: Moddle, child: Moddle): void {
  Object.assign(child, { $parent: parent })
}

function rootOf(moddle: Moddle): Moddle {
  let at = moddle
  for (let up = parentOf(at); up !== undefined; up = parentOf(at)) at = up
  return at
}

function parentOf(moddle: Moddle): Moddle | undefined {
  return (moddle as { $parent?: Moddle }).$parent
}
