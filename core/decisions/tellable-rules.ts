/**
 * 一次性告知: defects are told once. After a correction only what was newly supplied may be told again (domain.md §3.3:
 * a second notice is limited to defects of the newly supplied material).
 */
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { FormData } from '../../contracts/filing.ts'
import type { Rule } from '../../contracts/item-package.ts'

export interface Tellable {
  /** material codes and form keys whose defects may be told now; undefined = all, nothing was told before */
  readonly subjects?: ReadonlySet<string>
  /** subjects of earlier notices */
  readonly told: ReadonlySet<string>
}

/** @param snapshots the form before and after the last correction, by snapshot number */
export function tellableSubjects(
  events: readonly CaseEvent[],
  snapshots: ReadonlyMap<number, FormData>,
): Tellable {
  const notices = events.filter((e) => e.type === 'correction-requested')
  const told = new Set(notices.flatMap((e) => e.payload.defects.map((d) => d.subject)))
  if (notices.length === 0) return { told }
  const answer = events.findLast((e) => e.type === 'correction-submitted')
  if (answer === undefined) return { told, subjects: new Set() }
  const after = snapshots.get(answer.payload.snapshot) ?? {}
  const before = snapshots.get(answer.payload.snapshot - 1) ?? {}
  const changed = Object.keys(after).filter(
    (key) => JSON.stringify(after[key]) !== JSON.stringify(before[key]),
  )
  return {
    told,
    subjects: new Set([...answer.payload.materials.map((m) => m.material), ...changed]),
  }
}

export function mayTell({ subjects }: Tellable, subject: string): boolean {
  return subjects === undefined || subjects.has(subject)
}

/** The materials or form keys a rule looks at; none for a rule that a person ticks. */
export function subjectsOf({ test }: Rule): readonly string[] {
  switch (test.type) {
    case 'manual':
      return []
    case 'material-present':
    case 'material-count':
    case 'material-type':
      return [test.material]
    case 'not-expired':
    case 'resident-id':
    case 'uscc':
      return [test.field]
    case 'feel':
      return test.fields
  }
}
