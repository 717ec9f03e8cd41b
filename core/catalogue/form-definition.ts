/** The part of a form-js form (schemaVersion 19) that an item package may use. */

export const FIELD_TYPES = [
  'textfield',
  'textarea',
  'number',
  'select',
  'radio',
  'checkbox',
  'checklist',
  'datetime',
] as const
export type FieldType = (typeof FIELD_TYPES)[number]

/** Show something, ask nothing. `html` is not among them: a form must not carry markup of its author. */
export const STATIC_TYPES = ['text', 'separator', 'spacer'] as const

export interface FormField {
  readonly id?: string
  readonly type: FieldType
  readonly key: string
  readonly label?: string
  readonly subtype?: string
  readonly validate?: {
    readonly required?: boolean
    readonly min?: number
    readonly max?: number
    readonly minLength?: number
    readonly maxLength?: number
    readonly pattern?: string
    readonly validationType?: string
  }
  readonly values?: readonly { readonly value: string; readonly label: string }[]
  /** FEEL, true hides the field; form-js writes a leading `=` */
  readonly conditional?: { readonly hide?: string }
  /** of the groups around it: hidden when any of them is */
  readonly hiddenWhen: readonly string[]
  /** JSON pointer into form.json, for messages */
  readonly pointer: string
}

export interface FormDefinition {
  readonly id?: string
  readonly schemaVersion?: number
  readonly components?: readonly unknown[]
}

/** All fields in order, groups opened; each knows every FEEL text that can hide it. */
export function listFields(form: FormDefinition): FormField[] {
  const fields: FormField[] = []
  const walk = (components: readonly unknown[], pointer: string, outer: readonly string[]) => {
    components.forEach((component, index) => {
      if (typeof component !== 'object' || component === null) return
      const field = component as Partial<FormField> & { components?: unknown }
      const at = `${pointer}/${index}`
      const hide = field.conditional?.hide
      const hiddenWhen = typeof hide === 'string' ? [...outer, feelOf(hide)] : outer
      if (isFieldType(field.type) && typeof field.key === 'string')
        fields.push({ ...(field as FormField), hiddenWhen, pointer: at })
      if (Array.isArray(field.components))
        walk(field.components as unknown[], `${at}/components`, hiddenWhen)
    })
  }
  walk(form.components ?? [], '/components', [])
  return fields
}

export function isFieldType(type: unknown): type is FieldType {
  return FIELD_TYPES.some((known) => known === type)
}

/** form-js marks FEEL with a leading `=` */
function feelOf(text: string): string {
  return text.startsWith('=') ? text.slice(1) : text
}
