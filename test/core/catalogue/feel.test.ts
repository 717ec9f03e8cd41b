import { date, evaluate } from 'feelin'
import { describe, expect, it } from 'vitest'
import { evaluateFeel, type FeelScope } from '../../../core/catalogue/feel.ts'
import { itemOf } from './packages.ts'

const EXPRESSIONS = [
  ...(['labour-dispatch', 'flex-pension', 'food-licence'] as const).flatMap((name) => {
    const { rules, materials, facts } = itemOf(name)
    return [
      ...rules.flatMap(({ test }) => (test.type === 'feel' ? [test.expression] : [])),
      ...materials.flatMap(({ needWhen }) => (needWhen === undefined ? [] : [needWhen])),
      ...facts.map(({ from }) => from),
    ]
  }),
  'some x in rows satisfies x.amount > limit',
  'count(rows[amount > limit]) = materials["LD-1"]',
  'if today > date(until) then "late" else kind',
  'until',
  'external = "5"',
  'if function = "5" then external else kind',
]
const FORMS = [
  { until: '2027-01-01', kind: 'a', limit: 3, rows: [{ amount: 4 }], premisesType: 'own' },
  { until: '2026-01-01', kind: 'b', limit: 5, rows: [{ amount: 4 }], premisesType: 'lease' },
  {
    kind: null,
    limit: '3',
    rows: [],
    external: '5',
    function: '5',
    registeredCapital: 2_000_000,
    premisesArea: 50,
  },
]
const KEYS = [
  'until',
  'kind',
  'limit',
  'rows',
  'premisesType',
  'registeredCapital',
  'external',
  'function',
]
const SCOPES: FeelScope[] = FORMS.flatMap((form) => [
  { form },
  { form, materials: { 'LD-1': 1 }, today: '2026-11-23' },
  { form, materials: {}, today: '2027-11-23' },
])

/** feelin itself, asked with everything there is. */
function asked(expression: string, { form, materials = {}, today }: FeelScope): unknown {
  const answers = Object.fromEntries(
    KEYS.map((key) => [key, (form as Record<string, unknown>)[key] ?? null]),
  )
  const context = { ...answers, materials, today: today === undefined ? null : date(today) }
  return evaluate(expression, context).value
}

describe('an expression that was asked before', () => {
  it.each(EXPRESSIONS)('%s says of each application what feelin says of it', (expression) => {
    const fresh = SCOPES.map((scope) => asked(expression, scope))
    for (let again = 0; again < 2; again += 1)
      expect(SCOPES.map((scope) => evaluateFeel(expression, scope, KEYS))).toEqual(fresh)
  })
})
