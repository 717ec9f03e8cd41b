/** item.json, form.json and the files as such. Each row breaks a good package in one way; the answer must name the place and the reason. */
import type { ItemPackage } from '../../../contracts/item-package.ts'
import { inJson, swap, type BrokenPackage } from './packages.ts'

const item = (change: (item: ItemPackage) => void) => inJson(change)
/** An object whose parts a test may overwrite. */
const open = (value: unknown) => value as Record<string, unknown>

type Group = { components: Record<string, unknown>[] }
type Form = { components: Group[] }
const form = (change: (form: Form) => void) => inJson(change)
const field = (f: Form, key: string) => {
  const found = f.components.flatMap((g) => g.components).find((c) => c['key'] === key)
  if (found === undefined) throw new Error(`no field ${key}`)
  return found as { validate: Record<string, unknown> } & Record<string, unknown>
}

export const BROKEN_ITEMS: BrokenPackage[] = [
  ['no flow', 'flex-pension', 'flow.bpmn', () => null, 'flow.bpmn FILE_MISSING'],
  ['a file nobody knows', 'flex-pension', 'start.sh', () => 'echo', 'start.sh FILE_UNKNOWN'],
  ['item.json cut off', 'flex-pension', 'item.json', (t) => t.slice(0, 500), 'item.json NOT_JSON'],
  [
    'item.json in another encoding',
    'flex-pension',
    'item.json',
    () => Buffer.from([0x7b, 0xb2, 0xe2, 0x7d]),
    'item.json NOT_UTF8',
  ],
  [
    'a flow of more than 1 MiB',
    'flex-pension',
    'flow.bpmn',
    (t) => t + ' '.repeat(1 << 20),
    'flow.bpmn TOO_LARGE',
  ],
  // item.json
  [
    'an attribute the contract does not have',
    'flex-pension',
    'item.json',
    item((i) => (open(i)['price'] = 1)),
    'item.json# ITEM_SHAPE',
  ],
  [
    'a day that is none',
    'flex-pension',
    'item.json',
    item((i) => (open(i.laws[0])['effectiveFrom'] = '2018-02-30')),
    'item.json#/laws/0/effectiveFrom ITEM_SHAPE',
  ],
  [
    'a rule id used twice',
    'food-licence',
    'item.json',
    item((i) => (open(i.rules[1])['id'] = i.rules[0]?.id)),
    'item.json#/rules/1 DUPLICATE_ID',
  ],
  [
    'a rule that cites no law of the item',
    'food-licence',
    'item.json',
    item((i) => (open(i.rules[2])['basis'] = ['FOOD-99'])),
    'item.json#/rules/2/basis UNKNOWN_LAW',
  ],
  [
    'a rule on a material that is not listed',
    'food-licence',
    'item.json',
    item((i) => (open(i.rules[0])['test'] = { type: 'material-present', material: 'PHOTO' })),
    'item.json#/rules/0/test UNKNOWN_MATERIAL',
  ],
  [
    'a rule on a field the form does not have',
    'food-licence',
    'item.json',
    item((i) => (open(i.rules[6])['test'] = { type: 'uscc', field: 'code' })),
    'item.json#/rules/6/test UNKNOWN_FIELD',
  ],
  [
    'FEEL that is none',
    'labour-dispatch',
    'item.json',
    swap('registeredCapital >= 2000000', 'registeredCapital >='),
    'item.json#/rules/10/test FEEL',
  ],
  [
    'FEEL that reads an unknown name',
    'labour-dispatch',
    'item.json',
    swap('registeredCapital >= 2000000', 'capital >= 2000000'),
    'item.json#/rules/10/test FEEL',
  ],
  [
    'FEEL that reads the clock',
    'labour-dispatch',
    'item.json',
    swap('date(leaseUntil) >= today +', 'date(leaseUntil) >= today() +'),
    'item.json#/rules/11/test FEEL',
  ],
  [
    'a catch-all paper',
    'flex-pension',
    'item.json',
    swap('正反面影像；在街道窗口办理的出示原件即可。', '正反面影像，以及法律法规规定的其他材料。'),
    'item.json#/materials/0/fillExplain CATCH_ALL',
  ],
  [
    'a catch-all condition',
    'flex-pension',
    'item.json',
    swap('申请时没有在用人单位参加职工基本养老保险。', '符合国家规定的其他条件。'),
    'item.json#/guide/acceptCondition/1 CATCH_ALL',
  ],
  [
    'a promise longer than the law',
    'food-licence',
    'item.json',
    item((i) => (open(i.guide.promise)['days'] = 11)),
    'item.json#/guide/promise PROMISE_TOO_LONG',
  ],
  [
    'a promise in months against a law in working days',
    'food-licence',
    'item.json',
    item((i) => Object.assign(open(i.guide.promise), { days: 2, unit: 'month' })),
    'item.json#/guide/promise PROMISE_TOO_LONG',
  ],
  [
    'a fee by a mere rule',
    'food-licence',
    'item.json',
    item((i) => {
      open(i.guide)['isFee'] = true
      for (const law of i.laws) open(law)['rank'] = 'rule'
    }),
    'item.json#/guide/isFee FEE_WITHOUT_LAW',
  ],
  [
    'a department code with a wrong check digit',
    'food-licence',
    'item.json',
    swap('"deptCode": "11440106000000027T"', '"deptCode": "11440106000000028T"'),
    'item.json#/guide/deptCode USCC',
  ],
  [
    'a task code that does not fit',
    'food-licence',
    'item.json',
    item((i) => (open(i.guide)['taskCode'] = i.guide.taskCode.replace('4440131', '5440131'))),
    'item.json#/guide/taskCode TASK_CODE',
  ],
  [
    'a tolerable paper without a term',
    'labour-dispatch',
    'item.json',
    item((i) => delete open(i.materials[3])['tolerance']),
    'item.json#/materials/3 TOLERANCE',
  ],
  [
    'a fact that reads free text',
    'food-licence',
    'item.json',
    item((i) => (open(i.facts[0])['from'] = 'operatorName')),
    'item.json#/facts/0/from FACT',
  ],
  [
    'a fact that may be hidden',
    'food-licence',
    'item.json',
    item((i) => (open(i.facts[1])['from'] = 'kitchenArea')),
    'item.json#/facts/1/from FACT',
  ],
  [
    'a step without a drawing',
    'flex-pension',
    'item.json',
    item((i) => (open(i.steps)['Task_Stamp'] = i.steps['Task_Accept'])),
    'item.json#/steps/Task_Stamp NO_SUCH_STEP',
  ],
  [
    'a template that is not there',
    'flex-pension',
    'item.json',
    item((i) => (open(i.documents)['templates'] = { licence: 'documents/licence.typ' })),
    'item.json#/documents/templates/licence NO_FILE',
  ],
  [
    'a delivery the flow cannot do',
    'flex-pension',
    'item.json',
    item((i) => (open(i)['delivery'] = ['download', 'ems'])),
    'flow.bpmn#flex_pension OFFER_MISSING',
  ],
  // form.json
  [
    'a text without bound',
    'flex-pension',
    'form.json',
    form((f) => delete field(f, 'homeAddress').validate['maxLength']),
    'form.json#/components/0/components/5 UNBOUNDED_TEXT',
  ],
  [
    'a pattern that explodes',
    'flex-pension',
    'form.json',
    form((f) => (field(f, 'mobile').validate['pattern'] = '^(1+)+$')),
    'form.json#/components/0/components/3 UNSAFE_PATTERN',
  ],
  [
    'a key used twice',
    'flex-pension',
    'form.json',
    form((f) => (field(f, 'email')['key'] = 'mobile')),
    'form.json#/components/0/components/4 DUPLICATE_KEY',
  ],
  [
    'markup of its author',
    'flex-pension',
    'form.json',
    form((f) => f.components[0]?.components.push({ type: 'html', content: '<b>' })),
    'form.json#/components/0/components/6/type COMPONENT_REFUSED',
  ],
  [
    'choices from an expression',
    'flex-pension',
    'form.json',
    form((f) => (field(f, 'payment')['valuesExpression'] = '=x')),
    'form.json#/components/1/components/3/valuesExpression ATTRIBUTE_REFUSED',
  ],
  [
    'a choice given twice',
    'flex-pension',
    'form.json',
    form((f) => {
      const v = field(f, 'payment')['values'] as unknown[]
      v.push(v[0])
    }),
    'form.json#/components/1/components/3 CHOICES',
  ],
  [
    'a hide condition on an unknown name',
    'flex-pension',
    'form.json',
    form((f) => (field(f, 'tradeName')['conditional'] = { hide: '=work = "x"' })),
    'form.json#/components/1/components/1 CONDITION',
  ],
  [
    'a date with time',
    'flex-pension',
    'form.json',
    form((f) => (field(f, 'birthDate')['subtype'] = 'datetime')),
    'form.json#/components/0/components/2 DATE_ONLY',
  ],
]
