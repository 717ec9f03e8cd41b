/** form.json: only known components, every text bounded, choices closed, conditions that can be evaluated. */
import { FEEL_NAMES, faultInFeel } from './feel.ts'
import type { Findings } from './findings.ts'
import {
  isFieldType,
  listFields,
  STATIC_TYPES,
  type FormDefinition,
  type FormField,
} from './form-definition.ts'
import { faultInPattern } from './unsafe-pattern.ts'

const FILE = 'form.json'
const SCHEMA_VERSIONS = [16, 17, 18, 19]
const KEY = /^[a-z][A-Za-z0-9]{0,40}$/
const MAX_FIELDS = 200
const MAX_DEPTH = 8
const MAX_TEXT = 4000
/** A pattern runs on this much text at most (unsafe-pattern.ts). */
const MAX_PATTERN_TEXT = 200

/** Attributes that let a form run code, fetch, or send something our contract does not describe. */
const REFUSED_ATTRIBUTES = [
  'valuesExpression',
  'valuesKey',
  'path',
  'isRepeating',
  'serializeToString',
  'url',
  'content',
]

export function checkFormDefinition(
  value: unknown,
  findings: Findings,
): FormDefinition | undefined {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('components' in value) ||
    !Array.isArray(value.components)
  ) {
    findings.add(
      FILE,
      'NOT_A_FORM',
      '不是form-js表单（缺components）',
      'Not a form-js form (no components)',
    )
    return undefined
  }
  const form = value as FormDefinition
  if (!SCHEMA_VERSIONS.includes(form.schemaVersion ?? 0))
    findings.add(
      `${FILE}#/schemaVersion`,
      'SCHEMA_VERSION',
      `schemaVersion须是${SCHEMA_VERSIONS.join('、')}之一`,
      `schemaVersion must be one of ${SCHEMA_VERSIONS.join(', ')}`,
    )
  checkComponents(form.components ?? [], '/components', 1, findings)
  const fields = listFields(form)
  if (fields.length === 0 || fields.length > MAX_FIELDS)
    findings.add(
      FILE,
      'FIELD_COUNT',
      `须有1至${MAX_FIELDS}个填写项`,
      `A form has 1 to ${MAX_FIELDS} fields`,
    )
  const keys = new Set<string>()
  for (const field of fields) {
    if (keys.has(field.key))
      add(
        findings,
        field,
        'DUPLICATE_KEY',
        `key重复：${field.key}`,
        `The key ${field.key} is used twice`,
      )
    keys.add(field.key)
    checkField(field, findings)
  }
  for (const field of fields) checkConditions(field, keys, findings)
  return form
}

function checkComponents(
  components: readonly unknown[],
  pointer: string,
  depth: number,
  findings: Findings,
): void {
  if (depth > MAX_DEPTH) {
    findings.add(`${FILE}#${pointer}`, 'TOO_DEEP', '分组嵌套太深', 'Groups are nested too deeply')
    return
  }
  components.forEach((component, index) => {
    const at = `${pointer}/${index}`
    const { type, components: inner, ...rest } = (component ?? {}) as Record<string, unknown>
    const known = type === 'group' || isFieldType(type) || STATIC_TYPES.some((t) => t === type)
    if (!known)
      findings.add(
        `${FILE}#${at}/type`,
        'COMPONENT_REFUSED',
        `不能用组件${String(type)}`,
        `Component ${String(type)} may not be used`,
      )
    for (const name of REFUSED_ATTRIBUTES)
      if (name in rest)
        findings.add(
          `${FILE}#${at}/${name}`,
          'ATTRIBUTE_REFUSED',
          `不能用${name}`,
          `${name} may not be used`,
        )
    if (isFieldType(type) && typeof rest['key'] !== 'string')
      findings.add(`${FILE}#${at}/key`, 'NO_KEY', '填写项须有key', 'A field needs a key')
    if (Array.isArray(inner))
      checkComponents(inner as unknown[], `${at}/components`, depth + 1, findings)
  })
}

function checkField(field: FormField, findings: Findings): void {
  const reserved = FEEL_NAMES.some((name) => name === field.key)
  if (!KEY.test(field.key) || reserved)
    add(findings, field, 'KEY', `key“${field.key}”不合规`, `The key "${field.key}" is not allowed`)
  if ((field.label ?? '').trim() === '')
    add(findings, field, 'NO_LABEL', '须有标签', 'It needs a label')
  const { min, max } = field.validate ?? {}
  switch (field.type) {
    case 'textfield':
    case 'textarea':
      checkText(field, findings)
      break
    case 'number':
      if (min === undefined || max === undefined || min > max)
        add(findings, field, 'RANGE', '数字须有min和max', 'A number needs min and max')
      break
    case 'select':
    case 'radio':
    case 'checklist':
      checkChoices(field, findings)
      break
    case 'datetime':
      if (field.subtype !== 'date')
        add(findings, field, 'DATE_ONLY', 'datetime只能是date', 'datetime must have subtype date')
      break
    case 'checkbox':
      break
  }
}

function checkText(field: FormField, findings: Findings): void {
  const { maxLength, minLength, pattern, validationType } = field.validate ?? {}
  if (
    maxLength === undefined ||
    !Number.isInteger(maxLength) ||
    maxLength < 1 ||
    maxLength > MAX_TEXT
  )
    add(
      findings,
      field,
      'UNBOUNDED_TEXT',
      `文字须有validate.maxLength（1至${MAX_TEXT}）`,
      `A text needs validate.maxLength (1 to ${MAX_TEXT})`,
    )
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    add(findings, field, 'RANGE', 'minLength大于maxLength', 'minLength is more than maxLength')
  if (validationType !== undefined && !['', 'email', 'phone', 'custom'].includes(validationType))
    add(findings, field, 'VALIDATION_TYPE', `不认识${validationType}`, `Unknown ${validationType}`)
  if (pattern === undefined) return
  const fault = faultInPattern(pattern)
  if (fault !== undefined)
    add(
      findings,
      field,
      'UNSAFE_PATTERN',
      `正则表达式不安全：${fault.zh}`,
      `Unsafe pattern: ${fault.en}`,
    )
  if ((maxLength ?? 0) > MAX_PATTERN_TEXT)
    add(
      findings,
      field,
      'UNSAFE_PATTERN',
      `有正则表达式的文字最长${MAX_PATTERN_TEXT}字`,
      `A text with a pattern has at most ${MAX_PATTERN_TEXT} characters`,
    )
}

function checkChoices(field: FormField, findings: Findings): void {
  const values: NonNullable<FormField['values']> = Array.isArray(field.values) ? field.values : []
  const texts = values.map((option) => option.value)
  const plain = values.every(
    (o) => typeof o.value === 'string' && o.value !== '' && typeof o.label === 'string',
  )
  if (values.length === 0 || values.length > 500 || !plain || new Set(texts).size < texts.length)
    add(
      findings,
      field,
      'CHOICES',
      '选项须是1至500个不重复的{value, label}',
      'Choices are 1 to 500 distinct {value, label}',
    )
}

function checkConditions(field: FormField, keys: ReadonlySet<string>, findings: Findings): void {
  for (const feel of field.hiddenWhen) {
    const fault = faultInFeel(feel, keys)
    if (fault !== undefined)
      add(findings, field, 'CONDITION', `隐藏条件：${fault.zh}`, `Hide condition: ${fault.en}`)
  }
}

function add(findings: Findings, field: FormField, code: string, zh: string, en: string): void {
  findings.add(`${FILE}#${field.pointer}`, code, `${field.key}：${zh}`, `${field.key}: ${en}`)
}
