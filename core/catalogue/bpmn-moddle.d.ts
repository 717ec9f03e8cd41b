/** The part of bpmn-moddle 10 that we use; the package has types for the elements only. */
declare module 'bpmn-moddle' {
  export interface ModdleElement {
    readonly $type: string
    readonly $attrs?: Readonly<Record<string, string>>
    readonly $parent?: ModdleElement
    readonly id?: string
    readonly [property: string]: unknown
  }

  export interface ParseResult {
    readonly rootElement: ModdleElement
    readonly references: readonly { element: ModdleElement; property: string; id: string }[]
    readonly warnings: readonly { message: string }[]
    readonly elementsById: Readonly<Record<string, ModdleElement>>
  }

  export class BpmnModdle {
    constructor(packages?: Readonly<Record<string, unknown>>)
    fromXML(xml: string, type?: string, options?: { lax?: boolean }): Promise<ParseResult>
    toXML(element: ModdleElement, options?: { format?: boolean }): Promise<{ xml: string }>
  }
}
