import { Ajv, type ErrorObject } from 'ajv'
import type { Static, TSchema } from 'typebox'

const ajv = new Ajv({ strict: true, allErrors: false, coerceTypes: false, removeAdditional: false })

export type Check<Shape> = (value: unknown) => { value: Shape } | { fault: string }

/**
 * Compiles a shape once. The fault names the place and the rule, never the value: what a partner
 * sends is personal data. Extra fields of a reply are allowed by its schema, not removed here.
 */
export function checkOf<Schema extends TSchema>(schema: Schema): Check<Static<Schema>> {
  const validate = ajv.compile(schema)
  return (value) =>
    validate(value) ? { value: value as Static<Schema> } : { fault: faultOf(validate.errors) }
}

function faultOf(errors: ErrorObject[] | null | undefined): string {
  const [first] = errors ?? []
  if (!first) return 'not as agreed'
  const missing = first.keyword === 'required' ? String(first.params['missingProperty']) : ''
  const place = `${first.instancePath}${missing && `/${missing}`}`
  return `${place || '/'} ${first.keyword}`
}

/** JSON text -> value, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
