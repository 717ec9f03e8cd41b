/** How every part reads its environment: one schema, every fault at once, each with what to do (docs/operations.md). */
import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import envSchema from 'env-schema'
import type { Static, TObject } from 'typebox'

export type Environment = Readonly<Record<string, string | undefined>>

/** One sentence for each fault; main prints them and exits 78 (EX_CONFIG). */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/**
 * Blank counts as absent. Values never stand in a fault: some are secrets.
 * @param remedies variable -> what to set it to
 * @throws ConfigError
 */
export function readEnvironment<T extends TObject>(
  schema: T,
  env: Environment,
  remedies: Readonly<Record<string, string>>,
): Static<T> {
  const data = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes: true,
    useDefaults: true,
    removeAdditional: true,
  })
  addFormats.default(ajv)
  try {
    return envSchema<Static<T>>({
      // env-schema asks for a closed schema to drop what is not ours.
      schema: { ...schema, additionalProperties: false },
      data,
      env: false,
      dotenv: false,
      ajv,
    })
  } catch (error) {
    throw new ConfigError(faultsOf(error, remedies))
  }
}

function faultsOf(error: unknown, remedies: Readonly<Record<string, string>>): string[] {
  const errors = (error as { errors?: ErrorObject[] }).errors
  if (!errors) return [String(error)]
  return [...new Set(errors.map(nameOf))].map((name) => {
    const missing = errors.some((e) => e.keyword === 'required' && nameOf(e) === name)
    const remedy = remedies[name] ?? 'see docs/operations.md'
    return `${name} is ${missing ? 'missing' : 'not valid'}: ${remedy}.`
  })
}

function nameOf(error: ErrorObject): string {
  const missing = (error.params as { missingProperty?: string }).missingProperty
  return missing ?? error.instancePath.slice(1).split('/')[0] ?? '?'
}
