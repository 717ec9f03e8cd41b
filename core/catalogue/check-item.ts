/** item.json as a whole: ids used once, every reference resolved, rules and facts that fit the form. */
import type { ItemPackage, Rule } from '../../contracts/item-package.ts'
import { FEEL_NAMES, faultInFeel } from './feel.ts'
import type { Findings } from './findings.ts'
import { listFields, type FieldType, type FormDefinition } from './form-definition.ts'
import type { PackageFiles } from './package-files.ts'

const at = (pointer: string) => `item.json#${pointer}`

export function checkItem(
  item: ItemPackage,
  form: FormDefinition,
  files: PackageFiles,
  findings: Findings,
): void {
  unique(
    'laws',
    item.laws.map((law) => law.id),
    findings,
  )
  unique(
    'rules',
    item.rules.map((rule) => rule.id),
    findings,
  )
  unique(
    'materials',
    item.materials.map((material) => material.code),
    findings,
  )
  unique(
    'facts',
    item.facts.map((fact) => fact.name),
    findings,
  )
  checkLaws(item, findings)
  const fields = new Map(listFields(form).map((field) => [field.key, field.type]))
  item.rules.forEach((rule, index) => checkRule(rule, `/rules/${index}`, item, fields, findings))
  checkMaterials(item, fields, findings)
  checkFacts(item, form, findings)
  checkApplicant(item, fields, findings)
  for (const [kind, path] of Object.entries(item.documents.templates ?? {}))
    if (!files.has(path))
      findings.add(
        at(`/documents/templates/${kind}`),
        'NO_FILE',
        `包里没有${path}`,
        `There is no file ${path}`,
      )
}

function checkLaws(item: ItemPackage, findings: Findings): void {
  item.laws.forEach((law, index) => {
    if (law.effectiveTo !== undefined && law.effectiveTo < law.effectiveFrom)
      findings.add(
        at(`/laws/${index}`),
        'DATES',
        '失效日早于生效日',
        'effectiveTo is before effectiveFrom',
      )
  })
  const known = new Set(item.laws.map((law) => law.id))
  const cited: [string, readonly string[]][] = [
    ...item.rules.map((rule, i): [string, readonly string[]] => [`/rules/${i}/basis`, rule.basis]),
    ...item.materials.map((m, i): [string, readonly string[]] => [
      `/materials/${i}/basis`,
      m.basis,
    ]),
  ]
  for (const [pointer, ids] of cited)
    for (const id of ids)
      if (!known.has(id))
        findings.add(at(pointer), 'UNKNOWN_LAW', `laws里没有${id}`, `There is no law ${id}`)
}

function checkRule(
  rule: Rule,
  pointer: string,
  item: ItemPackage,
  fields: ReadonlyMap<string, FieldType>,
  findings: Findings,
): void {
  const { test } = rule
  const say = (code: string, zh: string, en: string) =>
    findings.add(at(`${pointer}/test`), code, zh, en)
  if ('material' in test && !item.materials.some((m) => m.code === test.material))
    say(
      'UNKNOWN_MATERIAL',
      `materials里没有${test.material}`,
      `There is no material ${test.material}`,
    )
  if (test.type === 'material-count' && test.min > test.max)
    say('RANGE', 'min大于max', 'min is more than max')
  if ('field' in test) {
    const type = fields.get(test.field)
    const wanted: FieldType = test.type === 'not-expired' ? 'datetime' : 'textfield'
    if (type !== wanted)
      say(
        'UNKNOWN_FIELD',
        `表单里没有类型为${wanted}的${test.field}`,
        `The form has no ${wanted} ${test.field}`,
      )
  }
  if (test.type === 'feel') {
    for (const field of test.fields)
      if (!fields.has(field))
        say('UNKNOWN_FIELD', `表单里没有${field}`, `The form has no field ${field}`)
    const fault = faultInFeel(test.expression, new Set([...fields.keys(), ...FEEL_NAMES]))
    if (fault !== undefined) say('FEEL', `FEEL：${fault.zh}`, `FEEL: ${fault.en}`)
  }
}

function checkMaterials(
  item: ItemPackage,
  fields: ReadonlyMap<string, FieldType>,
  findings: Findings,
): void {
  item.materials.forEach((material, index) => {
    const pointer = at(`/materials/${index}`)
    if (material.files.minCount > material.files.maxCount)
      findings.add(
        `${pointer}/files`,
        'RANGE',
        'minCount大于maxCount',
        'minCount is more than maxCount',
      )
    if ((material.need === 'tolerable') !== (material.tolerance !== undefined))
      findings.add(
        pointer,
        'TOLERANCE',
        '容缺材料（tolerable）须有tolerance，其他材料不得有',
        'A tolerable material has tolerance, no other material has',
      )
    if (material.needWhen !== undefined) {
      const fault = faultInFeel(material.needWhen, new Set(fields.keys()))
      if (fault !== undefined)
        findings.add(`${pointer}/needWhen`, 'FEEL', `FEEL：${fault.zh}`, `FEEL: ${fault.en}`)
    }
    const checked = item.rules.some(
      (r) => 'material' in r.test && r.test.material === material.code,
    )
    const cited = item.rules.some((rule) => material.acceptStandard.includes(rule.id))
    if (material.need !== 'optional' && !checked && !cited)
      findings.add(
        `${pointer}/acceptStandard`,
        'NO_RULE',
        `没有一条规则核对${material.code}：受理标准须写明规则编号`,
        `No rule checks ${material.code}: acceptStandard must name a rule id`,
      )
  })
}

/** Types a fact may read: closed or numeric. Free text could carry a name into the engine. */
const FACT_TYPES: readonly FieldType[] = ['select', 'radio', 'number', 'checkbox', 'datetime']

function checkFacts(item: ItemPackage, form: FormDefinition, findings: Findings): void {
  const fields = listFields(form)
  const steady = fields.filter(
    (f) =>
      FACT_TYPES.includes(f.type) && f.validate?.required === true && f.hiddenWhen.length === 0,
  )
  item.facts.forEach((fact, index) => {
    const fault = faultInFeel(fact.from, new Set(steady.map((field) => field.key)))
    if (fault !== undefined)
      findings.add(
        at(`/facts/${index}/from`),
        'FACT',
        `事实只能读必填、不隐藏的选项、数字、日期：${fault.zh}`,
        `A fact reads only required, never hidden choices, numbers and dates: ${fault.en}`,
      )
  })
}

function checkApplicant(
  item: ItemPackage,
  fields: ReadonlyMap<string, FieldType>,
  findings: Findings,
): void {
  for (const [role, key] of Object.entries(item.applicant))
    if (role !== 'kind' && fields.get(key) !== 'textfield')
      findings.add(
        at(`/applicant/${role}`),
        'UNKNOWN_FIELD',
        `表单里没有文字项${key}`,
        `The form has no text field ${key}`,
      )
}

function unique(list: string, ids: readonly string[], findings: Findings): void {
  ids.forEach((id, index) => {
    if (ids.indexOf(id) < index)
      findings.add(
        at(`/${list}/${index}`),
        'DUPLICATE_ID',
        `编号重复：${id}`,
        `The id ${id} is used twice`,
      )
  })
}
