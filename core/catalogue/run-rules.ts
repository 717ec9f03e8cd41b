/** The automatic rules of an item version (受理条件, 审查标准) on the answers and files of one application. */
import type { RuleOutcome } from '../../contracts/case-events.ts'
import type { ItemPackage, Material, Rule, RuleTest } from '../../contracts/item-package.ts'
import { checkResidentId } from '../identity-numbers/resident-id.ts'
import { checkUscc } from '../identity-numbers/uscc.ts'
import { evaluateFeel } from './feel.ts'

export interface RuleInput {
  readonly form: Readonly<Record<string, unknown>>
  /** material code -> files in force (replaced ones left out) */
  readonly materials: Readonly<Record<string, readonly { readonly mediaType: string }[]>>
  /** yyyy-mm-dd in Asia/Shanghai */
  readonly today: string
}

type Rules = Pick<ItemPackage, 'rules' | 'materials'>

/**
 * One outcome for each rule of the stage, in the order of the guide; `subject` is the field or material, never a value.
 * A rule on a material that these answers do not ask for passes. What cannot be evaluated fails: silence of a rule must
 * never grant anything.
 */
export function runRules(item: Rules, input: RuleInput, stage: Rule['stage']): RuleOutcome[] {
  return item.rules
    .filter((rule) => rule.stage === stage)
    .map((rule) => {
      const outcome = outcomeOf(rule.test, item, input)
      const subject = subjectOf(rule.test)
      return { ruleId: rule.id, outcome, ...(subject === undefined ? {} : { subject }) }
    })
}

/** The materials these answers ask for; optional ones too, because the applicant may hand them in. */
export function neededMaterials(
  item: Pick<ItemPackage, 'materials'>,
  form: Readonly<Record<string, unknown>>,
): Material[] {
  return item.materials.filter((material) => isAsked(material, form))
}

function isAsked(material: Material, form: Readonly<Record<string, unknown>>): boolean {
  if (material.needWhen === undefined) return true
  try {
    return evaluateFeel(material.needWhen, { form }, Object.keys(form)) !== false
  } catch {
    return true
  }
}

function outcomeOf(test: RuleTest, item: Rules, input: RuleInput): RuleOutcome['outcome'] {
  if (test.type === 'manual') return 'manual'
  return passes(test, item, input) ? 'pass' : 'fail'
}

function passes(
  test: Exclude<RuleTest, { type: 'manual' }>,
  item: Rules,
  input: RuleInput,
): boolean {
  switch (test.type) {
    case 'material-present':
    case 'material-count':
    case 'material-type':
      return materialPasses(test, item, input)
    case 'not-expired':
      return isDay(input.form[test.field]) && String(input.form[test.field]) >= input.today
    case 'resident-id': {
      const value = input.form[test.field]
      return typeof value === 'string' && checkResidentId(value, input.today) === undefined
    }
    case 'uscc': {
      const value = input.form[test.field]
      return typeof value === 'string' && checkUscc(value) === undefined
    }
    case 'feel':
      return safely(() => feelPasses(test.expression, test.fields, input))
  }
}

function feelPasses(expression: string, fields: readonly string[], input: RuleInput): boolean {
  const materials = Object.fromEntries(
    Object.entries(input.materials).map(([code, files]) => [code, files.length]),
  )
  const scope = { form: input.form, materials, today: input.today }
  return (
    evaluateFeel(expression, scope, [...new Set([...Object.keys(input.form), ...fields])]) === true
  )
}

function materialPasses(
  test: Extract<RuleTest, { material: string }>,
  item: Rules,
  input: RuleInput,
): boolean {
  const material = item.materials.find((m) => m.code === test.material)
  if (material === undefined) return false
  const files = input.materials[test.material] ?? []
  if (!isAsked(material, input.form) || (material.need === 'optional' && files.length === 0))
    return true
  switch (test.type) {
    case 'material-present':
      return files.length > 0
    case 'material-count':
      return files.length >= test.min && files.length <= test.max
    case 'material-type':
      return (
        files.length > 0 &&
        files.every((file) => material.files.types.some((type) => type === file.mediaType))
      )
  }
}

function subjectOf(test: RuleTest): string | undefined {
  switch (test.type) {
    case 'manual':
      return undefined
    case 'material-present':
    case 'material-count':
    case 'material-type':
      return test.material
    case 'not-expired':
    case 'resident-id':
    case 'uscc':
      return test.field
    case 'feel':
      return test.fields[0]
  }
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
}

/** FEEL was parsed when the package was checked; should it fail all the same, the rule fails and a person looks. */
function safely(test: () => boolean): boolean {
  try {
    return test()
  } catch {
    return false
  }
}
