/** The few scalars of a form that gateways and decision tables read (contracts/variables.ts: never personal data). */
import type { ItemPackage } from '../../contracts/item-package.ts'
import type { EngineVariables } from '../../contracts/variables.ts'
import { evaluateFeel } from './feel.ts'

/**
 * @returns variable name -> value. Every declared fact is there, as the empty text when it has no value: a gateway that
 * reads a variable nobody set stops the engine. Facts read only required answers (check-item.ts).
 */
export function evaluateFacts(
  item: Pick<ItemPackage, 'facts'>,
  form: Readonly<Record<string, unknown>>,
): EngineVariables {
  const facts: Record<string, string | number | boolean> = {}
  for (const fact of item.facts) {
    const value = evaluateFeel(fact.from, { form }, Object.keys(form))
    facts[fact.name] =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : ''
  }
  return facts
}
