/** The contract of a form as JSON Schema (draft-07), derived from form.json so that the two cannot drift apart. */
import { listFields, type FormDefinition, type FormField } from './form-definition.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * Closed object, every text bounded. Fields that a condition may hide are never `required` here: whether they must be
 * answered depends on the other answers, and check-form.ts decides it.
 */
export function deriveFormSchema(form: FormDefinition): JsonSchema {
  const fields = listFields(form)
  const properties = Object.fromEntries(fields.map((field) => [field.key, schemaOf(field)]))
  return {
    type: 'object',
    properties,
    required: fields.filter((f) => isRequired(f) && f.hiddenWhen.length === 0).map((f) => f.key),
    additionalProperties: false,
  }
}

export function isRequired(field: FormField): boolean {
  return field.validate?.required === true
}

function schemaOf(field: FormField): JsonSchema {
  const rules = field.validate ?? {}
  const values = (field.values ?? []).map((option) => option.value)
  switch (field.type) {
    case 'textfield':
    case 'textarea':
      return textSchema(field)
    case 'number':
      return {
        type: 'number',
        ...(rules.min === undefined ? {} : { minimum: rules.min }),
        ...(rules.max === undefined ? {} : { maximum: rules.max }),
      }
    case 'select':
    case 'radio':
      return { type: 'string', enum: values }
    case 'checkbox':
      // A box that must be ticked is a declaration: false is no answer to it.
      return isRequired(field) ? { type: 'boolean', const: true } : { type: 'boolean' }
    case 'checklist':
      return {
        type: 'array',
        items: { type: 'string', enum: values },
        uniqueItems: true,
        maxItems: values.length,
        ...(isRequired(field) ? { minItems: 1 } : {}),
      }
    case 'datetime':
      return { type: 'string', format: 'date', maxLength: 10 }
  }
}

function textSchema(field: FormField): JsonSchema {
  const { minLength, maxLength, pattern, validationType } = field.validate ?? {}
  const least = Math.max(minLength ?? 0, isRequired(field) ? 1 : 0)
  return {
    type: 'string',
    ...(least > 0 ? { minLength: least } : {}),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(validationType === 'email' ? { format: 'email' } : {}),
    ...(validationType === 'phone' ? { pattern: '^(1[3-9]\\d{9}|0\\d{2,3}-?\\d{7,8})$' } : {}),
    // A required text of blanks alone is not answered.
    ...(isRequired(field) ? { allOf: [{ type: 'string', pattern: '\\S' }] } : {}),
  }
}
