/**
 * One data-modifying statement that goes with the change, `?` for each value in order. It must read the case from `held`
 * (columns id, case_no), which is empty when the change does not take place.
 */
export interface ChangePart {
  /** by which later parts may read what this one returns */
  readonly name?: string
  readonly sql: string
  readonly values: readonly unknown[]
}
