import { describe, expect, it } from 'vitest'

import type { CaseEvent, RefusalGrounds } from '../../../contracts/case-events.ts'
import type { Law, Rule } from '../../../contracts/item-package.ts'
import {
  checkRefusalGate,
  NO_GROUNDS,
  type RefusalCase,
} from '../../../core/decisions/refusal-gate.ts'

const AT = new Date('2026-11-23T09:00:00+08:00')

function law(id: string, from = '2020-01-01', to?: string): Law {
  return {
    id,
    law: '测试法',
    article: '第一条',
    text: '应当具备条件。',
    issuer: '某机关',
    rank: 'law',
    effectiveFrom: from,
    ...(to === undefined ? {} : { effectiveTo: to }),
  }
}

function rule(id: string, change: Partial<Rule> = {}): Rule {
  const text = { zh: `${id}的标准`, en: id }
  return {
    id,
    stage: 'review',
    text,
    fix: text,
    basis: ['L-1'],
    test: { type: 'manual' },
    ...change,
  }
}

let seq = 0
function event<T extends CaseEvent['type']>(
  type: T,
  payload: Extract<CaseEvent, { type: T }>['payload'],
): CaseEvent {
  seq += 1
  return { seq, type, at: AT, actor: { kind: 'staff', id: 'p' }, payload } as CaseEvent
}

const events: CaseEvent[] = [
  event('submitted', {
    snapshot: 1,
    channel: 'online',
    inbound: 'upload',
    delivery: 'window',
    materials: [],
  }),
  event('materials-checked', {
    passed: false,
    results: [
      { ruleId: 'R-PASSED', outcome: 'pass' },
      { ruleId: 'R-FAILED', outcome: 'fail' },
    ],
  }),
  event('statement-invited', { manner: 'written', summary: '已告知拟不予许可的事实、理由和依据' }),
  event('site-inspected', {
    inspectors: ['x', 'y'],
    at: AT.toISOString(),
    findings: [
      { ruleId: 'R-SEEN-BAD', outcome: 'fail', fact: '没有消毒设备', evidence: [] },
      { ruleId: 'R-SEEN-GOOD', outcome: 'pass', fact: '布局与图一致', evidence: [] },
    ],
  }),
  event('reviewed', { opinion: 'refuse', text: '建议不予许可', ruleIds: [] }),
]

const automatic: Partial<Rule> = { test: { type: 'uscc', field: 'uscc' } }

const grounds: RefusalGrounds = {
  lawIds: ['L-1'],
  facts: [
    {
      text: '申请人的经营场所面积不足',
      evidence: [{ kind: 'material', fileId: 'file-1', locus: '第2页' }],
    },
  ],
  ruleIds: ['R-MANUAL'],
  reasoning: '租赁合同载明的面积低于R-MANUAL的要求，因此不符合测试法第一条规定的条件。',
  remediesConfirmed: true,
  opportunity: { kind: 'event', seq: 3 },
}

function refusal(
  change: Partial<RefusalGrounds> = {},
  around: Partial<RefusalCase> = {},
): RefusalCase {
  return {
    stage: 'decision',
    grounds: { ...grounds, ...change },
    item: {
      laws: [
        law('L-1'),
        { ...law('L-OLD', '2000-01-01', '2026-11-23'), hearingNotDue: ['decision'] },
        law('L-NEW', '2026-11-24'),
        { ...law('L-AT-ONCE'), hearingNotDue: ['acceptance'] },
      ],
      rules: [
        rule('R-MANUAL'),
        rule('R-PASSED', automatic),
        rule('R-FAILED', automatic),
        rule('R-UNCHECKED', automatic),
        rule('R-SEEN-BAD'),
        rule('R-SEEN-GOOD'),
        rule('R-ACCEPT', { stage: 'acceptance' }),
        rule('R-OTHER-BASIS', { basis: ['L-9'] }),
      ],
    },
    events,
    fileIds: new Set(['file-1']),
    snapshots: new Map([[1, { area: 12 }]]),
    decisionDay: '2026-11-23',
    remedyInForce: true,
    actor: 'chief',
    reviewer: 'examiner',
    ...around,
  }
}

const letters = (of: RefusalCase) => checkRefusalGate(of).map((f) => f.field)
const citing = (ruleId: string) => ({
  ruleIds: [ruleId],
  reasoning: `${grounds.reasoning}并且违反${ruleId}。`,
})

describe('the refusal gate', () => {
  it('lets a refusal through that has all seven parts', () => {
    expect(checkRefusalGate(refusal())).toEqual([])
  })

  it('names all seven letters at once for a refusal without anything', () => {
    const bare = refusal(NO_GROUNDS, { remedyInForce: false, actor: 'p', reviewer: 'p' })
    expect(letters({ ...bare, grounds: NO_GROUNDS })).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  })

  it.each<[string, string, Partial<RefusalGrounds>, Partial<RefusalCase>]>([
    ['a', 'no law', { lawIds: [] }, {}],
    ['a', 'a law of another version', { lawIds: ['L-1', 'L-ELSEWHERE'] }, {}],
    ['a', 'a law repealed on the decision day', { lawIds: ['L-1', 'L-OLD'] }, {}],
    ['a', 'a law not yet in force', { lawIds: ['L-1', 'L-NEW'] }, {}],
    ['b', 'no fact', { facts: [] }, {}],
    ['b', 'free text alone', { facts: [{ text: '显然不合格', evidence: [] }] }, {}],
    [
      'b',
      'a paper of another case',
      { facts: [{ text: '见附件', evidence: [{ kind: 'material', fileId: 'x', locus: '1' }] }] },
      {},
    ],
    [
      'b',
      'one proven and one unproven fact',
      { facts: [...grounds.facts, { text: '据说如此', evidence: [] }] },
      {},
    ],
    [
      'b',
      'an opinion as evidence',
      { facts: [{ text: '经审查', evidence: [{ kind: 'event', seq: 5, locus: '全文' }] }] },
      {},
    ],
    [
      'b',
      'a form field nobody filled',
      { facts: [{ text: '见表', evidence: [{ kind: 'form', snapshot: 1, field: 'nothing' }] }] },
      {},
    ],
    [
      'b',
      'a snapshot that was never filed',
      { facts: [{ text: '见表', evidence: [{ kind: 'form', snapshot: 2, field: 'area' }] }] },
      {},
    ],
    ['c', 'a rule of another version', citing('R-ELSEWHERE'), {}],
    ['c', 'an automatic rule that passed', citing('R-PASSED'), {}],
    ['c', 'an automatic rule nobody ran', citing('R-UNCHECKED'), {}],
    ['c', 'a rule the officers found kept', citing('R-SEEN-GOOD'), {}],
    ['c', 'a rule of acceptance after acceptance', citing('R-ACCEPT'), {}],
    ['d', 'a reasoning of a few words', { reasoning: '不符合R-MANUAL。' }, {}],
    ['d', 'a reasoning that passes over a cited rule', { ruleIds: ['R-MANUAL', 'R-FAILED'] }, {}],
    ['d', 'a rule without its basis among the laws', citing('R-OTHER-BASIS'), {}],
    ['e', 'remedies not confirmed', { remediesConfirmed: false }, {}],
    ['e', 'no remedy in force for the organ', {}, { remedyInForce: false }],
    ['f', 'the same person under two posts', {}, { reviewer: 'chief' }],
    ['g', 'an event that heard nobody', { opportunity: { kind: 'event', seq: 4 } }, {}],
    ['g', 'an event of no such number', { opportunity: { kind: 'event', seq: 99 } }, {}],
    [
      'g',
      'not due by a law that is not in force',
      { opportunity: { kind: 'not-due', reason: '无需', lawId: 'L-OLD' } },
      {},
    ],
  ])('misses part %s: %s', (letter, _why, change, around) => {
    expect(letters(refusal(change, around))).toEqual([letter])
  })

  it('misses f without anyone who examined, and g without any opportunity', () => {
    const unheard = { ...NO_GROUNDS, ...grounds }
    delete unheard.opportunity
    expect(letters({ ...refusal({}, { reviewer: undefined }), grounds: unheard })).toEqual([
      'f',
      'g',
    ])
  })

  it.each(['R-FAILED', 'R-SEEN-BAD', 'R-MANUAL'])('takes %s as breached', (ruleId) => {
    expect(letters(refusal(citing(ruleId)))).toEqual([])
  })

  it('believes a check made now more than the one on file', () => {
    const now = { checks: [{ ruleId: 'R-UNCHECKED', outcome: 'fail' as const }] }
    expect(letters(refusal(citing('R-UNCHECKED'), now))).toEqual([])
    const better = { checks: [{ ruleId: 'R-FAILED', outcome: 'pass' as const }] }
    expect(letters(refusal(citing('R-FAILED'), better))).toEqual(['c'])
  })

  it.each<[string, Partial<RefusalGrounds>]>([
    [
      'an event',
      { facts: [{ text: '核查', evidence: [{ kind: 'event', seq: 4, locus: '发现一' }] }] },
    ],
    [
      'a form field',
      { facts: [{ text: '面积', evidence: [{ kind: 'form', snapshot: 1, field: 'area' }] }] },
    ],
  ])('takes %s of this file as evidence', (_what, change) => {
    expect(letters(refusal(change))).toEqual([])
  })

  it('does not ask for the second person before there can be one', () => {
    const first = refusal({}, { stage: 'review', reviewer: undefined })
    expect(letters(first)).toEqual([])
    expect(letters({ ...first, stage: 'decision' })).toEqual(['f'])
  })

  it('takes acceptance rules for a refused acceptance only, or when acceptance was deemed', () => {
    const cited = {
      ...citing('R-ACCEPT'),
      opportunity: { kind: 'event' as const, seq: 3 },
    }
    expect(letters(refusal(cited, { stage: 'acceptance' }))).toEqual([])
    expect(letters(refusal({}, { stage: 'acceptance' }))).toEqual(['c'])
    const deemed = event('accepted', { mode: 'deemed', tolerated: [] })
    expect(letters(refusal(cited, { events: [...events, deemed] }))).toEqual([])
  })

  it.each<[string, string[], Partial<RefusalCase>, string[]]>([
    ['a cited law that says so of this refusal', ['L-1', 'L-AT-ONCE'], { stage: 'acceptance' }, []],
    ['a law the refusal does not cite', ['L-1'], { stage: 'acceptance' }, ['g']],
    ['a law that says so of another refusal', ['L-1', 'L-AT-ONCE'], {}, ['g']],
  ])('takes as not due by %s', (_what, lawIds, around, missing) => {
    const ruleId = around.stage === 'acceptance' ? 'R-ACCEPT' : 'R-MANUAL'
    const opportunity = { kind: 'not-due', reason: '法律要求即时告知', lawId: 'L-AT-ONCE' } as const
    expect(letters(refusal({ ...citing(ruleId), lawIds, opportunity }, around))).toEqual(missing)
  })

  it('does not take any law of the item for one by which nothing is due', () => {
    const opportunity = { kind: 'not-due', reason: '不属本机关职权', lawId: 'L-1' } as const
    const cited = { ...citing('R-ACCEPT'), opportunity }
    expect(letters(refusal(cited, { stage: 'acceptance' }))).toEqual(['g'])
  })

  it('takes a correction notice for a chance only where it told of every cited rule', () => {
    const defect = { subject: 'area', kind: 'field', problem: '偏小', fix: '更正' } as const
    const notice = event('correction-requested', {
      defects: [{ ...defect, ruleId: 'R-ACCEPT' }],
      deadline: '2026-12-01',
      manner: 'desk',
    })
    const opportunity = { kind: 'event', seq: notice.seq } as const
    const around = { stage: 'acceptance', events: [...events, notice] } as const
    expect(letters(refusal({ ...citing('R-ACCEPT'), opportunity }, around))).toEqual([])
    const other = { stage: 'decision', events: [...events, notice] } as const
    expect(letters(refusal({ ...citing('R-MANUAL'), opportunity }, other))).toEqual(['g'])
  })
})
