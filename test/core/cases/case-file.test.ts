import { describe, expect, it } from 'vitest'
import type { CaseEvent, CaseEventPayload, CaseEventType } from '../../../contracts/case-events.ts'
import {
  askedMaterials,
  openCorrection,
  openTolerance,
} from '../../../core/cases/asked-materials.ts'
import { applicantOf, maskIdNo, maskName, maskPhone } from '../../../core/cases/applicant.ts'
import { queryCodeMatches, queryCodeOf } from '../../../core/cases/case-access.ts'
import { canonicalJson, genesisHash, rowHash, sm3 } from '../../../core/cases/case-hash.ts'
import { deriveStatus } from '../../../core/cases/derive-status.ts'
import { sniffType } from '../../../core/cases/sniff-type.ts'

let seq = 0
function event<T extends CaseEventType>(type: T, payload: CaseEventPayload<T>): CaseEvent {
  seq += 1
  return { seq, type, at: new Date(0), actor: { kind: 'system', id: 'test' }, payload } as CaseEvent
}
const submitted = event('submitted', {
  snapshot: 1,
  channel: 'online',
  inbound: 'upload',
  delivery: 'ems',
  materials: [],
})
const received = event('received', { by: 'upload' })
const accepted = event('accepted', { mode: 'ordinary', tolerated: [] })
const tolerated = event('accepted', {
  mode: 'tolerance',
  tolerated: ['LEASE'],
  toleranceDeadline: '2026-12-01',
})
const defect = {
  subject: 'LEASE',
  kind: 'material' as const,
  ruleId: 'R-1',
  problem: '看不清',
  fix: '重新扫描',
}
const asked = event('correction-requested', {
  defects: [defect],
  deadline: '2026-12-01',
  manner: 'desk',
})
const corrected = event('correction-submitted', { snapshot: 2, materials: [] })
const granted = event('decided', { decision: 'grant', mode: 'desk', text: '准予' })
const closed = event('closed', { outcome: 'granted' })
const sent = event('dispatched', { direction: 'outbound', waybillNo: '9823189069696' })
const fetched = event('dispatched', { direction: 'inbound', waybillNo: '9823189069697' })
const delivered = event('delivered', { by: 'ems' })
const cameBack = event('parcel-tracked', {
  waybillNo: '9823189069696',
  direction: 'outbound',
  state: 'returned',
  opCode: '711',
})

describe('status is derived from the file', () => {
  it.each([
    [[submitted], 'submitted'],
    [[submitted, fetched], 'submitted'],
    [[submitted, received], 'received'],
    [[submitted, received, asked], 'correcting'],
    [[submitted, received, asked, corrected], 'received'],
    [[submitted, received, accepted], 'accepted'],
    [[submitted, received, accepted, granted], 'decided'],
    [[submitted, received, accepted, granted, closed], 'closed'],
    [[submitted, received, accepted, granted, closed, sent], 'delivering'],
    [[submitted, received, accepted, granted, closed, sent, cameBack], 'closed'],
    [[submitted, received, accepted, granted, closed, sent, delivered], 'delivered'],
    [
      [
        submitted,
        received,
        event('withdrawn', { reason: 'x' }),
        event('closed', { outcome: 'withdrawn' }),
      ],
      'withdrawn',
    ],
    [
      [
        submitted,
        received,
        asked,
        event('correction-expired', { deadline: '2026-12-01' }),
        event('closed', { outcome: 'returned' }),
      ],
      'returned',
    ],
  ] as const)('%#: %o', (events, status) => {
    expect(deriveStatus(events)).toBe(status)
  })
})

describe('an ended case', () => {
  it('is not brought back by a parcel that still arrives', () => {
    const withdrawn = event('withdrawn', { reason: 'x' })
    const late = event('received', { by: 'ems', waybillNo: '9823189069697' })
    expect(deriveStatus([submitted, fetched, withdrawn, late])).toBe('withdrawn')
  })
})

describe('what the applicant is asked for', () => {
  it('is the open notice, until it is answered', () => {
    expect(askedMaterials([submitted, received, asked])).toEqual(['LEASE'])
    expect(openCorrection([submitted, received, asked, corrected])).toBeUndefined()
  })
  it('is the tolerated paper, until it is supplied', () => {
    expect(openTolerance([submitted, received, tolerated])).toEqual({
      materials: ['LEASE'],
      deadline: '2026-12-01',
    })
    expect(
      openTolerance([
        submitted,
        received,
        tolerated,
        event('tolerance-supplied', { materials: [] }),
      ]),
    ).toBeUndefined()
    expect(askedMaterials([submitted, received, accepted])).toEqual([])
  })
})

describe('the chain of the file', () => {
  it('uses SM3 (GB/T 32905 sample)', () => {
    expect(sm3('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
  })
  it('does not depend on the order of keys, and on every value', () => {
    const row = {
      seq: 1,
      type: 'received',
      at: new Date(0),
      actor: { kind: 'system', id: 'x' },
      payload: { by: 'ems', a: 1 },
    }
    const same = { ...row, payload: { a: 1, by: 'ems' } }
    const other = { ...row, payload: { a: 2, by: 'ems' } }
    const prev = genesisHash('TH260101-0001')
    expect(rowHash(prev, row)).toBe(rowHash(prev, same))
    expect(rowHash(prev, row)).not.toBe(rowHash(prev, other))
    expect(rowHash(prev, row)).not.toBe(rowHash(genesisHash('TH260101-0002'), row))
    expect(canonicalJson({ b: undefined, a: [1, { d: 1, c: null }] })).toBe(
      '{"a":[1,{"c":null,"d":1}]}',
    )
  })
})

describe('the query code', () => {
  const key = Buffer.alloc(32, 7)
  it('is the same each time, differs by case and key, and has no ambiguous letters', () => {
    const code = queryCodeOf(key, 'TH261123-0001')
    expect(code).toMatch(/^[2-9A-HJKMNP-Z]{8}$/)
    expect(queryCodeOf(key, 'TH261123-0001')).toBe(code)
    expect(queryCodeOf(key, 'TH261123-0002')).not.toBe(code)
    expect(queryCodeOf(Buffer.alloc(32, 8), 'TH261123-0001')).not.toBe(code)
    expect(queryCodeMatches(key, 'TH261123-0001', ` ${code.toLowerCase()} `)).toBe(true)
    expect(queryCodeMatches(key, 'TH261123-0002', code)).toBe(false)
  })
})

describe('masking', () => {
  it.each([
    ['张三', '张*'],
    ['李小敏', '李*敏'],
    ['欧阳小敏', '欧**敏'],
    ['王', '*'],
  ])('%s -> %s', (name, masked) => {
    expect(maskName(name, 'natural-person')).toBe(masked)
  })
  it('shows an organisation and hides a person', () => {
    expect(maskName('广州某某有限公司', 'legal-person')).toBe('广州某某有限公司')
    expect(maskIdNo('440106199003071231', 'natural-person')).toBe('440106********1231')
    expect(maskPhone('13812343210')).toBe('138****3210')
  })
  it('reads the applicant by the mapping of the item', () => {
    const item = {
      applicant: { kind: 'natural-person' as const, name: 'n', idNo: 'i', phone: 'p', email: 'e' },
    }
    expect(applicantOf(item, { n: '张三', i: '1', p: '2', e: '' })).toEqual({
      kind: 'natural-person',
      name: '张三',
      idNo: '1',
      phone: '2',
    })
  })
})

describe('sniffing', () => {
  it('believes the bytes', () => {
    expect(sniffType(Buffer.from('%PDF-1.7'))).toBe('application/pdf')
    expect(sniffType(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBe('image/jpeg')
    expect(sniffType(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))).toBe(
      'image/png',
    )
    expect(sniffType(Buffer.from('MZ...'))).toBeUndefined()
    expect(sniffType(Buffer.alloc(0))).toBeUndefined()
  })
})
