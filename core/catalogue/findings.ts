/** Collects what is wrong with a package: where (file and place in it), a stable code, why in Chinese and English. */
import type { ProblemField } from '../../contracts/problems.ts'

export interface Findings {
  /**
   * @param place file, and after `#` a JSON pointer or the id of a BPMN element: `item.json#/guide/promise`
   * @param code  upper case, stable: tests and tools compare it
   */
  add(place: string, code: string, zh: string, en: string): void
  readonly list: ProblemField[]
}

/** A package that is wrong everywhere must not answer with a novel. */
const MAX_FINDINGS = 200

export function createFindings(): Findings {
  const list: ProblemField[] = []
  return {
    list,
    add(place, code, zh, en) {
      if (list.length < MAX_FINDINGS) list.push({ field: place, code, zh, en })
    },
  }
}
