import { describe, expect, it } from 'vitest'
import type { Rule } from '../../../contracts/item-package.ts'
import { evaluateFacts } from '../../../core/catalogue/evaluate-facts.ts'
import { neededMaterials, runRules } from '../../../core/catalogue/run-rules.ts'
import { itemOf } from './packages.ts'

const labour = itemOf('labour-dispatch')
const flex = itemOf('flex-pension')
const food = itemOf('food-licence')
const pdf = [{ mediaType: 'application/pdf' }]
const lease = {
  form: {
    premisesType: 'lease',
    leaseUntil: '2027-06-01',
    registeredCapital: 2_000_000,
    premisesArea: 50,
    uscc: '91440106MAFAKE019R',
    legalRepId: '440106198511110028',
  },
  materials: { 'APPLICATION-FORM': pdf, LEASE: pdf, 'CAPITAL-REPORT': pdf },
  today: '2026-11-23',
}

/** The outcome of one rule. */
function outcome(item: typeof labour, id: string, input: Parameters<typeof runRules>[1]) {
  const stage = item.rules.find((rule) => rule.id === id)?.stage ?? 'acceptance'
  return runRules(item, input, stage).find((o) => o.ruleId === id)?.outcome
}
const withForm = (patch: Record<string, unknown>) => ({
  ...lease,
  form: { ...lease.form, ...patch },
})

describe('the rules of a stage', () => {
  it('give one outcome each, in the order of the guide, and never a value', () => {
    const outcomes = runRules(labour, lease, 'acceptance')
    expect(outcomes.map((o) => o.ruleId)).toEqual(
      labour.rules.filter((r) => r.stage === 'acceptance').map((r) => r.id),
    )
    expect(JSON.stringify(outcomes)).not.toContain('440106198511110028')
    expect(outcomes.find((o) => o.ruleId === 'A-USCC')).toEqual({
      ruleId: 'A-USCC',
      outcome: 'pass',
      subject: 'uscc',
    })
    expect(outcomes.find((o) => o.ruleId === 'A-FORM-SEAL')?.outcome).toBe('manual')
  })

  it.each([
    ['R-CAPITAL', { registeredCapital: 2_000_000 }, 'pass'],
    ['R-CAPITAL', { registeredCapital: 1_999_999.99 }, 'fail'],
    ['R-CAPITAL', { registeredCapital: undefined }, 'fail'],
    ['R-LEASE-TERM', { leaseUntil: '2027-05-23' }, 'pass'],
    ['R-LEASE-TERM', { leaseUntil: '2027-05-22' }, 'fail'],
    ['R-LEASE-TERM', { leaseUntil: 'soon' }, 'fail'],
    ['R-LEASE-TERM', { premisesType: 'own', leaseUntil: undefined }, 'pass'],
    ['A-LEGAL-REP-ID', { legalRepId: '440106198511110027' }, 'fail'],
    ['A-LEGAL-REP-ID', { legalRepId: 440106198511110028n }, 'fail'],
    ['A-USCC', { uscc: '91440106MAFAKE0191' }, 'fail'],
  ])('%s with %o: %s', (id, patch, expected) => {
    expect(outcome(labour, id, withForm(patch))).toBe(expected)
  })

  it('judge a material by presence, count and type', () => {
    const files = (materials: typeof lease.materials | object) => ({
      ...lease,
      materials: materials as typeof lease.materials,
    })
    const png = [{ mediaType: 'image/png' }]
    expect(outcome(labour, 'A-FORM', files({}))).toBe('fail')
    expect(outcome(labour, 'A-EQUIPMENT', files({ 'EQUIPMENT-LIST': [...pdf, ...pdf] }))).toBe(
      'pass',
    )
    expect(
      outcome(labour, 'A-EQUIPMENT', files({ 'EQUIPMENT-LIST': [...pdf, ...pdf, ...pdf, ...pdf] })),
    ).toBe('fail')
    expect(outcome(labour, 'A-CAPITAL-REPORT', files({ 'CAPITAL-REPORT': png }))).toBe('fail')
    expect(outcome(labour, 'A-CAPITAL-REPORT', files({ 'CAPITAL-REPORT': pdf }))).toBe('pass')
  })

  it('pass over a material these answers do not ask for', () => {
    const own = { ...withForm({ premisesType: 'own' }), materials: {} }
    expect(outcome(labour, 'A-LEASE', own)).toBe('pass')
    expect(outcome(labour, 'A-LEASE', { ...lease, materials: {} })).toBe('fail')
    expect(neededMaterials(labour, own.form).map((m) => m.code)).not.toContain('LEASE')
    expect(neededMaterials(labour, lease.form).map((m) => m.code)).toContain('LEASE')
  })

  it('compare fields with each other and with today', () => {
    const of = (form: object) => ({
      form: form as Record<string, unknown>,
      materials: {},
      today: '2026-11-23',
    })
    const born = (birthDate: string, residentId: string) => of({ birthDate, residentId })
    expect(outcome(flex, 'A-BIRTH-DATE', born('1990-03-07', '440106199003071231'))).toBe('pass')
    expect(outcome(flex, 'A-BIRTH-DATE', born('1990-03-08', '440106199003071231'))).toBe('fail')
    expect(outcome(flex, 'R-AGE', of({ birthDate: '2010-11-23' }))).toBe('pass')
    expect(outcome(flex, 'R-AGE', of({ birthDate: '2010-11-24' }))).toBe('fail')
    expect(outcome(food, 'R-HEALTH', of({ healthCertUntil: '2026-11-23' }))).toBe('pass')
    expect(outcome(food, 'R-HEALTH', of({ healthCertUntil: '2026-11-22' }))).toBe('fail')
  })

  it('fail when they cannot be evaluated: silence never grants anything', () => {
    const broken = (expression: string): Rule => ({
      ...(labour.rules.find((r) => r.id === 'R-CAPITAL') as Rule),
      test: { type: 'feel', expression, fields: ['registeredCapital'] },
    })
    for (const expression of ['registeredCapital >', 'registeredCapital', 'nothing', '"true"'])
      expect(runRules({ ...labour, rules: [broken(expression)] }, lease, 'review')).toEqual([
        { ruleId: 'R-CAPITAL', outcome: 'fail', subject: 'registeredCapital' },
      ])
  })
})

describe('facts for the engine', () => {
  it('are the declared scalars and nothing else of the form', () => {
    const form = { businessCategory: 'drinks', premisesArea: 30, headId: '44010619600101888X' }
    expect(evaluateFacts(food, form)).toEqual({
      fact_businessCategory: 'drinks',
      fact_premisesArea: 30,
    })
    expect(evaluateFacts(labour, form)).toEqual({})
  })
})
