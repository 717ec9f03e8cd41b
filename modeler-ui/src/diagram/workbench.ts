import camunda from 'camunda-bpmn-moddle/resources/camunda.json'
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'
import Modeler from 'bpmn-js/lib/Modeler'

import type { Language } from '../language/words.ts'
import { createEdits } from './edits.ts'
import { padsModule } from './palette.ts'
import { isStep } from './read-element.ts'
import type { DiagramElement, Get } from './services.ts'
import { createSpeech } from './speech.ts'
import { stepBookModule, type StepBook, type StepEntry } from './step-book.ts'
import { togetherModule } from './together.ts'

export interface WorkbenchOptions {
  readonly container: HTMLElement
  readonly readOnly: boolean
  readonly language: Language
}

export interface Drawing {
  /** flow.bpmn */
  readonly xml: string
  /** `steps` of item.json */
  readonly steps: Readonly<Record<string, StepEntry>>
}

/** Names of steps are 12 px at 1; smaller than this they are guessed, not read. */
const READABLE_SCALE = 0.8
/** Screen pixels kept free: beside the palette and its labels, and elsewhere. */
const PALETTE_EDGE = 110
const NARROW_EDGE = 40
/** So that neither the palette nor the window's edge hides the selected step or the pad beside it. */
const ROOM_AROUND = { top: 100, right: 180, bottom: 100, left: 140 }

/** One diagram on the screen: bpmn-js, the steps beside it, and one voice for everything that changed. */
export function createWorkbench({ container, readOnly, language }: WorkbenchOptions) {
  const speech = createSpeech(language)
  const translate = (text: string, values?: Record<string, string>) =>
    speech.translate(text, values)
  const modules = [stepBookModule, { translate: ['value', translate] }]
  const options = { container, moddleExtensions: { camunda } }
  const viewer = readOnly
    ? new NavigatedViewer({ ...options, additionalModules: modules })
    : new Modeler({
        ...options,
        additionalModules: [...modules, togetherModule, padsModule(speech)] as never,
      })
  const get = ((name: string) => viewer.get(name)) as Get
  const book = viewer.get<StepBook>('stepBook')
  const listeners = new Set<() => void>()
  let revision = 0
  let edition = 0
  let destroyed = false
  const changed = () => {
    revision += 1
    for (const listener of listeners) listener()
  }
  get('eventBus').on(
    ['import.done', 'commandStack.changed', 'selection.changed', 'elements.changed'],
    changed,
  )
  get('eventBus').on('commandStack.changed', () => {
    edition += 1
  })

  const elements = () =>
    get('elementRegistry')
      .getAll()
      .filter((element) => element.labelTarget === undefined)

  /** @throws Error when the file is no BPMN, or holds what bpmn-js cannot read without loss */
  async function open({ xml, steps }: Drawing): Promise<void> {
    const { warnings } = await viewer.importXML(xml)
    // An element that could not be read would silently be missing from the next version.
    if (warnings.length > 0) throw new Error(String(warnings[0]))
    if (destroyed) return
    book.load(steps)
    showBeginning()
    changed()
  }

  /** Leaves room at the edges: shapes under the palette cannot be reached (libraries.md, trap 3). */
  function fit(): void {
    const canvas = get('canvas')
    canvas.zoom('fit-viewport', 'auto')
    const { x, y, width, height, scale } = canvas.viewbox()
    const left = (readOnly ? NARROW_EDGE : PALETTE_EDGE) / scale
    const other = NARROW_EDGE / scale
    canvas.viewbox({
      x: x - left,
      y: y - other,
      width: width + left + other,
      height: height + 2 * other,
    })
  }

  /** A long flow fitted into the window cannot be read: then its beginning is shown instead. */
  function showBeginning(): void {
    fit()
    const canvas = get('canvas')
    const { width, height, scale } = canvas.viewbox()
    const start = elements().find((element) => element.type === 'bpmn:StartEvent')
    if (scale >= READABLE_SCALE || start === undefined) return
    const zoom = scale / READABLE_SCALE
    const edge = (readOnly ? NARROW_EDGE : PALETTE_EDGE) / READABLE_SCALE
    canvas.viewbox({
      x: start.x - edge,
      y: start.y + start.height / 2 - (height * zoom) / 2,
      width: width * zoom,
      height: height * zoom,
    })
  }

  function select(id: string): void {
    const element = get('elementRegistry').get(id)
    if (element === undefined) return
    get('selection').select(element)
    if (element.parent !== undefined) get('canvas').scrollToElement(element, ROOM_AROUND)
  }

  /** @returns the single selected element, a label standing for what it labels */
  function selected(): DiagramElement | undefined {
    const [only, second] = get('selection').get()
    if (only === undefined || second !== undefined) return undefined
    return only.labelTarget ?? only
  }

  /** @param counts element id -> number of problems */
  function markProblems(counts: ReadonlyMap<string, number>): void {
    const overlays = get('overlays')
    overlays.remove({ type: 'problem' })
    for (const [id, count] of counts) {
      const element = get('elementRegistry').get(id)
      if (element?.parent === undefined) continue
      const html = document.createElement('div')
      html.className = 'problem-mark'
      html.textContent = `✕ ${count}`
      overlays.add(id, 'problem', { position: { top: -14, right: 14 }, html })
    }
  }

  async function save(): Promise<Drawing> {
    const { xml } = await viewer.saveXML({ format: true })
    if (xml === undefined) throw new Error('the diagram could not be written')
    return {
      xml,
      steps: book.entriesOf(
        new Set(
          elements()
            .filter(isStep)
            .map(({ id }) => id),
        ),
      ),
    }
  }

  return {
    get,
    book,
    readOnly,
    edits: createEdits(get, book),
    open,
    fit,
    zoomBy(factor: number) {
      const canvas = get('canvas')
      canvas.zoom(canvas.viewbox().scale * factor, 'auto')
    },
    elements,
    element: (id: string) => get('elementRegistry').get(id),
    select,
    selected,
    markProblems,
    save,
    dirty: () => !readOnly && get('commandStack').canUndo(),
    speak(other: Language) {
      speech.speak(other)
      get('eventBus').fire('i18n.changed')
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    revision: () => revision,
    /** counts changes of the model: what was checked in another edition is no longer checked */
    edition: () => edition,
    destroy() {
      destroyed = true
      listeners.clear()
      viewer.destroy()
    },
  }
}

export type Workbench = ReturnType<typeof createWorkbench>
