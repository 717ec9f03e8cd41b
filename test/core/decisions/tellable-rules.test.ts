import { describe, expect, it } from 'vitest'

import { CaseStatus } from '../../../contracts/case-status.ts'
import type { CaseEvent } from '../../../contracts/case-events.ts'
import { ALLOWED_ACTS } from '../../../core/decisions/acts-table.ts'
import { mayTell, tellableSubjects } from '../../../core/decisions/tellable-rules.ts'

const notice = (subject: string, seq: number) =>
  ({
    seq,
    type: 'correction-requested',
    payload: {
      defects: [{ subject, kind: 'material', ruleId: 'R', problem: 'x', fix: 'y' }],
      deadline: '2026-12-01',
      manner: 'desk',
    },
  }) as unknown as CaseEvent
const answer = (materials: string[], snapshot: number, seq: number) =>
  ({
    seq,
    type: 'correction-submitted',
    payload: { snapshot, materials: materials.map((material) => ({ material, files: ['f'] })) },
  }) as unknown as CaseEvent

describe('what may be told', () => {
  it('is everything before the first notice', () => {
    const tellable = tellableSubjects([], new Map([[1, {}]]))
    expect(mayTell(tellable, 'M-ANY')).toBe(true)
  })

  it('is, after a correction, only the newly supplied papers and the changed fields', () => {
    const snapshots = new Map([
      [1, { name: '甲', area: 1, same: [1, 2] }],
      [2, { name: '甲', area: 2, same: [1, 2] }],
    ])
    const tellable = tellableSubjects([notice('M-A', 1), answer(['M-A'], 2, 2)], snapshots)
    expect(['M-A', 'M-B', 'area', 'name', 'same'].filter((s) => mayTell(tellable, s))).toEqual([
      'M-A',
      'area',
    ])
    expect([...tellable.told]).toEqual(['M-A'])
  })

  it('is nothing while a notice is unanswered', () => {
    expect(mayTell(tellableSubjects([notice('M-A', 1)], new Map()), 'M-A')).toBe(false)
  })
})

describe('the table of acts', () => {
  it('has a row for every status and lets nothing happen to an ended case', () => {
    const statuses = (CaseStatus as unknown as { enum: string[] }).enum
    expect(Object.keys(ALLOWED_ACTS).sort()).toEqual([...statuses].sort())
    for (const ended of ['acceptance-refused', 'returned', 'withdrawn', 'terminated'] as const)
      expect(ALLOWED_ACTS[ended]).toEqual([])
    // a task that stood open when the addressee's signature came is only ended (hand-over.ts)
    expect(ALLOWED_ACTS.delivered).toEqual(['hand-over'])
  })
})
