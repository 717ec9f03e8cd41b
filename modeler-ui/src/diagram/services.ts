/** The part of bpmn-js 18 and diagram-js 15 we use, without their `any`. */

export interface Moddle {
  readonly $type: string
  readonly id?: string
  $instanceOf(type: string): boolean
  get(property: string): unknown
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface DiagramElement extends Point {
  readonly id: string
  readonly type: string
  readonly businessObject: Moddle
  readonly width: number
  readonly height: number
  readonly parent?: DiagramElement
  readonly incoming: readonly DiagramElement[]
  readonly outgoing: readonly DiagramElement[]
  readonly attachers: readonly DiagramElement[]
  readonly host?: DiagramElement | null
  readonly waypoints?: readonly Point[]
  readonly source?: DiagramElement
  readonly target?: DiagramElement
  readonly labelTarget?: DiagramElement
}

export interface CommandStack {
  execute(command: string, context: object): void
  register(command: string, handler: object): void
  undo(): void
  redo(): void
  canUndo(): boolean
  canRedo(): boolean
}

type Drag = (event: Event) => void
export interface PadEntry {
  readonly group: string
  readonly className?: string
  readonly title?: string
  readonly separator?: boolean
  readonly action?: { readonly click: Drag; readonly dragstart?: Drag }
}
export type PadEntries = Readonly<Record<string, PadEntry>>

interface ToolService {
  activateSelection(event: Event): void
}

export interface Services {
  canvas: {
    zoom(level: number | 'fit-viewport', center?: 'auto'): number
    viewbox(): { x: number; y: number; width: number; height: number; scale: number }
    viewbox(box: { x: number; y: number; width: number; height: number }): unknown
    scrollToElement(
      element: DiagramElement,
      padding: { top: number; right: number; bottom: number; left: number },
    ): void
    addMarker(element: DiagramElement, marker: string): void
    removeMarker(element: DiagramElement, marker: string): void
    getRootElement(): DiagramElement
    getContainer(): HTMLElement
  }
  eventBus: {
    on(events: string | readonly string[], listener: (event: BusEvent) => void): void
    fire(event: string): void
  }
  elementRegistry: {
    get(id: string): DiagramElement | undefined
    getAll(): readonly DiagramElement[]
    filter(keep: (element: DiagramElement) => boolean): DiagramElement[]
  }
  selection: {
    get(): readonly DiagramElement[]
    select(element: DiagramElement | null): void
  }
  commandStack: CommandStack
  modeling: {
    updateProperties(element: DiagramElement, properties: object): void
    updateModdleProperties(element: DiagramElement, moddle: Moddle, properties: object): void
    createShape(
      shape: object,
      at: object,
      parent: DiagramElement,
      hints?: { attach?: boolean },
    ): DiagramElement
    connect(source: DiagramElement, target: DiagramElement, attrs?: object): DiagramElement
    removeElements(elements: readonly DiagramElement[]): void
    createSpace(
      moving: readonly object[],
      resizing: readonly object[],
      delta: Point,
      direction: 'e',
      start: number,
    ): void
  }
  autoPlace: { append(source: DiagramElement, shape: object): DiagramElement }
  elementFactory: { createShape(attrs: object): object }
  bpmnFactory: { create(type: string, attrs?: object): Moddle }
  bpmnRules: { canConnect(source: DiagramElement, target: DiagramElement): unknown }
  create: { start(event: Event, shape: object, context?: object): void }
  connect: { start(event: Event, element: DiagramElement): void }
  globalConnect: { start(event: Event): void }
  handTool: { activateHand(event: Event): void }
  lassoTool: ToolService
  spaceTool: ToolService & {
    calculateAdjustments(
      elements: readonly DiagramElement[],
      axis: 'x',
      delta: number,
      start: number,
    ): { movingShapes: readonly object[]; resizingShapes: readonly object[] }
  }
  palette: { registerProvider(provider: { getPaletteEntries(): PadEntries }): void }
  contextPad: {
    registerProvider(provider: { getContextPadEntries(element: DiagramElement): PadEntries }): void
  }
  overlays: {
    add(element: string, type: string, overlay: object): string
    remove(filter: { type: string }): void
  }
  injector: {
    get<K extends keyof Services>(name: K): Services[K]
    get<K extends keyof Services>(name: K, strict: false): Services[K] | null
  }
}

export interface BusEvent {
  readonly element?: DiagramElement
  readonly newId?: string
}

export type Get = <K extends keyof Services>(name: K) => Services[K]

/** A function that diagram-js builds a service with: it is told by name what to hand in. */
export function service(
  needs: readonly (keyof Services)[],
  create: (...services: never[]) => object,
): readonly ['factory', object] {
  return ['factory', Object.assign(create, { $inject: needs })]
}
