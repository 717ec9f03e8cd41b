import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'

/**
 * Two set-ups, named (style.md, tool choices): a body is refused, never repaired; query and params arrive as text and are
 * coerced. `allErrors` is safe because every body has bodyLimit, maxLength and maxItems.
 */
export function addValidators(app: FastifyInstance): void {
  const strict = withFormats(
    new Ajv({
      allErrors: true,
      strict: true,
      strictTypes: false,
      strictRequired: false,
      coerceTypes: false,
      removeAdditional: false,
      useDefaults: false,
      allowUnionTypes: true,
      discriminator: true,
    }),
  )
  const coercing = withFormats(
    new Ajv({ allErrors: true, coerceTypes: true, removeAdditional: false, useDefaults: false }),
  )
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? strict : coercing
    return ajv.compile(schema as object)
  })
}

function withFormats(ajv: Ajv): Ajv {
  addFormats.default(ajv)
  return ajv
}
