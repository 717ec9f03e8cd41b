import { describe, expect, it } from 'vitest'
import { problem } from '../../../contracts/problems.ts'
import { Topics } from '../../../contracts/topics.ts'
import { PartnerFault } from '../../../partners/partner-fault.ts'
import { PartnerRefused } from '../../../workers/effects/partner-refused.ts'
import { classifyFailure, ContractBreach, nextTry } from '../../../workers/task-failure.ts'
import { LockLost } from '../../../workers/task-lock.ts'
import { BpmnError } from '../../../workers/topic.ts'

const contract = { ...Topics.notify, bpmnErrors: ['LICENCE_REVOKED'] }

describe('the exit of an error', () => {
  it.each([
    [problem('CASE_NOT_FOUND'), { exit: 'incident', label: 'notify: CASE_NOT_FOUND' }],
    [
      new ContractBreach('in', '/caseNo pattern'),
      { exit: 'incident', label: 'notify: CONTRACT_IN' },
    ],
    [new BpmnError('LICENCE_REVOKED'), { exit: 'bpmn-error', code: 'LICENCE_REVOKED' }],
    [
      new BpmnError('UNHEARD_OF'),
      { exit: 'incident', label: 'notify: UNDECLARED_BPMN_ERROR UNHEARD_OF' },
    ],
    [new PartnerRefused('ems', 'B001'), { exit: 'incident', label: 'notify: PARTNER_REFUSED ems' }],
    [
      new PartnerFault('sms', 'no usable answer', { maybeDone: true, code: 'HTTP 503' }),
      { exit: 'retry', label: 'notify: PARTNER_FAULT sms HTTP 503' },
    ],
    [new LockLost(), { exit: 'drop' }],
    [
      Object.assign(new Error('duplicate key (phone)=(13800138000)'), { code: '23505' }),
      { exit: 'retry', label: 'notify: DATABASE_FAULT 23505' },
    ],
    [new TypeError('张三 is not a function'), { exit: 'retry', label: 'notify: FAULT TypeError' }],
    ['just a string', { exit: 'retry', label: 'notify: FAULT string' }],
  ])('%s', (error, expected) => {
    expect(classifyFailure(error, contract)).toEqual(expected)
  })
})

describe('the next try', () => {
  const three = { retries: 3, backoffSeconds: [2, 10] }

  it('counts down from the contract to an incident, waiting longer each time', () => {
    const first = nextTry(three, null, 0.5)
    const second = nextTry(three, first.retries, 0.5)
    const third = nextTry(three, second.retries, 0.5)
    expect([first, second, third]).toEqual([
      { retries: 2, retryTimeout: 2_000 },
      { retries: 1, retryTimeout: 10_000 },
      { retries: 0, retryTimeout: 10_000 },
    ])
  })

  it('spreads by a tenth either way and never goes below zero', () => {
    expect(nextTry(three, null, 0).retryTimeout).toBe(1_800)
    expect(nextTry(three, null, 1).retryTimeout).toBe(2_200)
    expect(nextTry(three, 0, 0.5).retries).toBe(0)
  })
})
