/** Answers against the form of their item version: refused, never repaired (style.md, strict set-up of ajv). */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { ProblemField } from '../../contracts/problems.ts'
import { evaluateFeel } from './feel.ts'
import { listFields, type FormDefinition, type FormField } from './form-definition.ts'
import { isRequired, type JsonSchema } from './form-schema.ts'

/** What of an item version the check needs. */
export interface FormOfVersion {
  readonly form: FormDefinition
  readonly formSchema: JsonSchema
}

interface Compiled {
  readonly validate: ValidateFunction
  readonly fields: readonly FormField[]
  readonly keys: readonly string[]
}

/** Compiled once for each version: published versions are kept in memory as one object (item-versions.ts). */
const compiled = new WeakMap<JsonSchema, Compiled>()

function compile({ form, formSchema }: FormOfVersion): Compiled {
  let known = compiled.get(formSchema)
  if (known === undefined) {
    const ajv = new Ajv({
      strict: true,
      strictRequired: false,
      allErrors: true,
      coerceTypes: false,
      useDefaults: false,
      removeAdditional: false,
    })
    ajvFormats.default(ajv, ['date', 'email'])
    const fields = listFields(form)
    known = { validate: ajv.compile(formSchema), fields, keys: fields.map((f) => f.key) }
    compiled.set(formSchema, known)
  }
  return known
}

/**
 * @returns one entry for each fault, `field` = `/form/<key>`; empty when the answers are complete. Never repeats an
 * answer: it may be personal data.
 */
export function checkForm(
  version: FormOfVersion,
  form: Readonly<Record<string, unknown>>,
): ProblemField[] {
  const { validate, fields, keys } = compile(version)
  const problems: ProblemField[] = []
  if (!validate(form)) {
    const labels = new Map(fields.map((field) => [field.key, labelOf(field)]))
    for (const error of validate.errors ?? []) problems.push(toProblem(error, labels))
  }
  for (const field of fields) {
    if (field.hiddenWhen.length === 0) continue
    const hidden = isHidden(field, form, keys)
    const answered = form[field.key] !== undefined
    if (hidden && answered) problems.push(fieldProblem(field, 'HIDDEN'))
    if (!hidden && !answered && isRequired(field)) problems.push(fieldProblem(field, 'REQUIRED'))
  }
  return once(problems)
}

/** Hidden as form-js does it: only a condition that is plainly true hides. */
export function isHidden(
  field: FormField,
  form: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): boolean {
  return field.hiddenWhen.some((feel) => evaluateFeel(feel, { form }, keys) === true)
}

function labelOf(field: FormField): { zh: string; en: string } {
  const zh = field.label ?? field.key
  const { properties } = field as { properties?: { en?: string } }
  return { zh, en: properties?.en ?? field.key }
}

const HIDDEN_WORDS = {
  HIDDEN: { zh: '按其他答案不用填，请删去', en: 'is not asked for with the other answers' },
  REQUIRED: { zh: '请填写', en: 'is required' },
}

function fieldProblem(field: FormField, code: keyof typeof HIDDEN_WORDS): ProblemField {
  const label = labelOf(field)
  const words = HIDDEN_WORDS[code]
  return {
    field: `/form/${field.key}`,
    code,
    zh: `${label.zh}：${words.zh}`,
    en: `${label.en} ${words.en}`,
  }
}

function toProblem(
  error: ErrorObject,
  labels: ReadonlyMap<string, { zh: string; en: string }>,
): ProblemField {
  const params = error.params as Record<string, unknown>
  const key =
    error.keyword === 'required'
      ? String(params['missingProperty'])
      : error.keyword === 'additionalProperties'
        ? String(params['additionalProperty']).slice(0, 64)
        : (error.instancePath.split('/')[1] ?? '')
  const label = labels.get(key) ?? { zh: key, en: key }
  const { code, zh, en } = words(error, params)
  return { field: `/form/${key}`, code, zh: `${label.zh}：${zh}`, en: `${label.en} ${en}` }
}

function words(error: ErrorObject, params: Record<string, unknown>) {
  const limit = String(params['limit'])
  switch (error.keyword) {
    case 'required':
      return { code: 'REQUIRED', zh: '请填写', en: 'is required' }
    case 'additionalProperties':
      return { code: 'UNKNOWN_FIELD', zh: '表单没有这一项', en: 'is not a field of the form' }
    case 'minLength':
      return limit === '1'
        ? { code: 'REQUIRED', zh: '请填写', en: 'is required' }
        : { code: 'TOO_SHORT', zh: `至少${limit}个字`, en: `needs at least ${limit} characters` }
    case 'maxLength':
      return {
        code: 'TOO_LONG',
        zh: `最多${limit}个字`,
        en: `may have at most ${limit} characters`,
      }
    case 'minimum':
      return { code: 'TOO_SMALL', zh: `不得小于${limit}`, en: `must not be less than ${limit}` }
    case 'maximum':
      return { code: 'TOO_LARGE', zh: `不得大于${limit}`, en: `must not be more than ${limit}` }
    case 'pattern':
      return params['pattern'] === '\\S'
        ? { code: 'REQUIRED', zh: '请填写', en: 'is required' }
        : { code: 'WRONG_FORMAT', zh: '格式不对', en: 'has the wrong format' }
    case 'format':
      return params['format'] === 'date'
        ? { code: 'NOT_A_DATE', zh: '不是有效日期', en: 'is not a valid date' }
        : { code: 'WRONG_FORMAT', zh: '格式不对', en: 'has the wrong format' }
    case 'enum':
      return { code: 'NOT_A_CHOICE', zh: '请从列出的选项中选', en: 'must be one of the choices' }
    case 'const':
      return { code: 'MUST_AGREE', zh: '须勾选', en: 'must be ticked' }
    case 'minItems':
      return { code: 'REQUIRED', zh: '请至少选一项', en: 'needs at least one choice' }
    default:
      return { code: 'WRONG_TYPE', zh: '填写的内容类型不对', en: 'has the wrong type' }
  }
}

/** ajv reports one fault by several keywords: a citizen reads each field and reason once. */
function once(problems: readonly ProblemField[]): ProblemField[] {
  const seen = new Set<string>()
  return problems.filter(({ field, code }) => {
    const key = `${field} ${code}`
    return !seen.has(key) && seen.add(key)
  })
}
