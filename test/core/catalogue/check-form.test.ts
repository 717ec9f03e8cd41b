import { describe, expect, it } from 'vitest'
import { checkForm } from '../../../core/catalogue/check-form.ts'
import { deriveFormSchema } from '../../../core/catalogue/form-schema.ts'
import { formOf, ITEMS } from './packages.ts'

const form = formOf('labour-dispatch')
const version = { form, formSchema: deriveFormSchema(form) }
const complete = {
  companyName: '广州市晨曦人力资源有限公司',
  uscc: '91440106MAFAKE019R',
  companyType: 'limited',
  registeredCapital: 2_000_000,
  registeredAddress: '广州市天河区五山路示例街1号',
  premisesAddress: '广州市天河区五山路示例街1号',
  premisesArea: 120,
  premisesType: 'lease',
  leaseUntil: '2035-12-31',
  legalRepName: '林海明',
  legalRepId: '440106198511110028',
  agentName: '周若彤',
  agentPhone: '13800138001',
  truthful: true,
}
const faults = (answers: Record<string, unknown>) =>
  checkForm(version, answers).map((p) => `${p.field} ${p.code}`)

describe('the schema of a form', () => {
  it.each(ITEMS)('%s is closed and bounds every text', (folder) => {
    const schema = deriveFormSchema(formOf(folder))
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false })
    for (const property of Object.values(schema['properties'] as Record<string, object>))
      if ('type' in property && property.type === 'string')
        expect('maxLength' in property || 'enum' in property).toBe(true)
  })

  it('asks for everything that is required, and leaves what may be hidden to the answers', () => {
    const { required } = version.formSchema as { required: string[] }
    expect(required).toContain('companyName')
    expect(required).not.toContain('leaseUntil')
    expect(required).not.toContain('agentEmail')
  })
})

describe('answers', () => {
  it('that are complete hold', () => {
    expect(faults(complete)).toEqual([])
    expect(faults({ ...complete, agentEmail: 'a@example.com', staffPlan: '' })).toEqual([])
  })

  it.each([
    ['nothing for a required field', { companyName: undefined }, '/form/companyName REQUIRED'],
    ['an empty text', { companyName: '' }, '/form/companyName REQUIRED'],
    ['blanks only', { companyName: '   ' }, '/form/companyName REQUIRED'],
    ['null', { companyName: null }, '/form/companyName WRONG_TYPE'],
    ['a text that is too long', { companyName: '司'.repeat(101) }, '/form/companyName TOO_LONG'],
    ['a wrong pattern', { agentPhone: '12800138001' }, '/form/agentPhone WRONG_FORMAT'],
    ['a number as text', { registeredCapital: '2000000' }, '/form/registeredCapital WRONG_TYPE'],
    ['a number below its bound', { premisesArea: 0 }, '/form/premisesArea TOO_SMALL'],
    ['a choice nobody offers', { companyType: 'club' }, '/form/companyType NOT_A_CHOICE'],
    ['a day that is none', { leaseUntil: '2035-02-30' }, '/form/leaseUntil NOT_A_DATE'],
    ['no e-mail address', { agentEmail: 'example.com' }, '/form/agentEmail WRONG_FORMAT'],
    ['a declaration not made', { truthful: false }, '/form/truthful MUST_AGREE'],
    ['a field the form does not have', { idCardNo: '1' }, '/form/idCardNo UNKNOWN_FIELD'],
  ])('with %s are refused', (_what, patch, expected) => {
    expect(faults({ ...complete, ...patch })).toContain(expected)
  })

  it('are told once for each field and reason', () => {
    expect(faults({ ...complete, companyName: '' })).toEqual(['/form/companyName REQUIRED'])
  })

  it('never come back in the message', () => {
    const secret = '44010619851111002X'
    const text = JSON.stringify(checkForm(version, { ...complete, legalRepId: `${secret}9` }))
    expect(text).not.toContain(secret)
    expect(text).toContain('法定代表人身份证号码')
  })
})

describe('a field that a condition hides', () => {
  const { leaseUntil, ...without } = complete

  it('must be answered while it is shown', () => {
    expect(faults(without)).toEqual(['/form/leaseUntil REQUIRED'])
    expect(faults({ ...without, leaseUntil })).toEqual([])
  })

  it('need not and must not be answered while it is hidden', () => {
    expect(faults({ ...without, premisesType: 'own' })).toEqual([])
    expect(faults({ ...complete, premisesType: 'own' })).toEqual(['/form/leaseUntil HIDDEN'])
  })

  it('is shown while the answer it depends on is missing', () => {
    expect(faults({ ...complete, premisesType: undefined })).toEqual([
      '/form/premisesType REQUIRED',
    ])
  })
})
