import { fill, kindName } from '../language/words.ts'
import { addDeadline, mayHaveDeadline, newShape, NEW_STEPS } from './new-step.ts'
import { isFlow } from './read-element.ts'
import {
  service,
  type DiagramElement,
  type Get,
  type PadEntries,
  type PadEntry,
  type Services,
} from './services.ts'
import type { Speech } from './speech.ts'

/** Tools and steps beside the canvas: what the deploy gate refuses is not offered. */
export function paletteEntries(get: Get, speech: Speech): PadEntries {
  const words = speech.words()
  const tool = (className: string, title: string, click: (event: Event) => void): PadEntry => ({
    group: 'tools',
    className,
    title,
    action: { click },
  })
  return {
    hand: tool('bpmn-icon-hand-tool', words.hand, (e) => get('handTool').activateHand(e)),
    lasso: tool('bpmn-icon-lasso-tool', words.lasso, (e) => get('lassoTool').activateSelection(e)),
    space: tool('bpmn-icon-space-tool', words.space, (e) => get('spaceTool').activateSelection(e)),
    connect: tool('bpmn-icon-connection-multi', words.connectTool, (e) =>
      get('globalConnect').start(e),
    ),
    separator: { group: 'tools', separator: true },
    ...Object.fromEntries(
      NEW_STEPS.map(({ type, icon }) => {
        const begin = (event: Event) => get('create').start(event, newShape(get, type))
        const title = fill(words.create, { kind: kindName(words, type) })
        return [
          `create.${type}`,
          { group: 'steps', className: icon, title, action: { click: begin, dragstart: begin } },
        ]
      }),
    ),
  }
}

/** The small menu beside a selected element. */
export function contextPadEntries(get: Get, speech: Speech, element: DiagramElement): PadEntries {
  const words = speech.words()
  const flowNode = element.businessObject.$instanceOf('bpmn:FlowNode')
  const entries: Record<string, PadEntry> = {}
  if (flowNode && element.type !== 'bpmn:EndEvent') {
    for (const { type, icon } of NEW_STEPS) {
      const begin = (event: Event) =>
        get('create').start(event, newShape(get, type), { source: element })
      entries[`append.${type}`] = {
        group: 'model',
        className: icon,
        title: fill(words.create, { kind: kindName(words, type) }),
        action: {
          click: () => get('autoPlace').append(element, newShape(get, type)),
          dragstart: begin,
        },
      }
    }
    const connect = (event: Event) => get('connect').start(event, element)
    entries['connect'] = {
      group: 'connect',
      className: 'bpmn-icon-connection-multi',
      title: words.connectTool,
      action: { click: connect, dragstart: connect },
    }
  }
  if (mayHaveDeadline(element))
    entries['deadline'] = {
      group: 'model',
      className: 'bpmn-icon-intermediate-event-catch-timer',
      title: words.addDeadline,
      action: { click: () => addDeadline(get, element) },
    }
  if (element.type !== 'bpmn:Process')
    entries['delete'] = {
      group: 'edit',
      className: 'bpmn-icon-trash',
      title: isFlow(element) ? words.removeFlow : words.remove,
      action: { click: () => get('modeling').removeElements([element]) },
    }
  return entries
}

/** In place of bpmn-js's own palette and pad, which offer every element of BPMN. */
export function padsModule(speech: Speech) {
  return {
    paletteProvider: service(['injector'], (injector: Services['injector']) => {
      const get: Get = (name) => injector.get(name)
      const provider = { getPaletteEntries: () => paletteEntries(get, speech) }
      get('palette').registerProvider(provider)
      return provider
    }),
    contextPadProvider: service(['injector'], (injector: Services['injector']) => {
      const get: Get = (name) => injector.get(name)
      const provider = {
        getContextPadEntries: (element: DiagramElement) => contextPadEntries(get, speech, element),
      }
      get('contextPad').registerProvider(provider)
      return provider
    }),
  }
}
