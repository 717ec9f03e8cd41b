/** One array binding of a raw statement: a column for `unnest`. knex's types know neither read-only arrays nor nulls. */
export function sqlArray(values: readonly (string | Date | null)[]): string[] {
  return values as unknown as string[]
}
