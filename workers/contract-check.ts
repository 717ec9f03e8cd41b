import { Ajv, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'
import type { TopicContract } from '../contracts/topics.ts'
import { ContractBreach } from './task-failure.ts'

/** Strict as for bodies (style.md): nothing is coerced, filled in or dropped. */
const ajv = new Ajv({ allErrors: true, strict: true })

export interface ContractCheck {
  /** @throws ContractBreach naming paths and keywords, never values */
  input(variables: unknown, properties: unknown): void
  output(variables: unknown): void
}

/** Compiled once per topic, when the worker starts: a broken schema stops the start, not the first case. */
export function compileContract(contract: TopicContract): ContractCheck {
  const variables = compile(contract.variables)
  const properties = compile(contract.properties)
  const output = compile(contract.output)
  return {
    input(vars, props) {
      demand('in', variables, vars)
      demand('in', properties, props)
    },
    output: (vars) => demand('out', output, vars),
  }
}

function compile(schema: TSchema): ValidateFunction {
  return ajv.compile(schema)
}

function demand(side: 'in' | 'out', validate: ValidateFunction, value: unknown): void {
  if (validate(value)) return
  const paths = (validate.errors ?? []).map((e) => `${e.instancePath || '/'} ${e.keyword}`)
  throw new ContractBreach(side, [...new Set(paths)].join(', '))
}
