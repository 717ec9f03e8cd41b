import type pg from 'pg'

export interface Clone {
  readonly table: string
  /** which rows of `table` are the pattern; `$1` is `template` */
  readonly where: string
  readonly template: string
  /** SQL for columns that differ in the copy; `t` is the pattern's row, `g` the number of the copy */
  readonly columns: Readonly<Record<string, string>>
  readonly from: number
  readonly to: number
}

/** Copies of real rows, one set for each `g`: what cannot be made by playing 100,000 cases in a bearable time. */
export async function cloneRows(db: pg.Client, clone: Clone): Promise<number> {
  const { table, where, template, columns, from, to } = clone
  const known = await columnsOf(db, table)
  const strange = Object.keys(columns).find((name) => !known.includes(name))
  if (strange !== undefined) throw new Error(`${table} has no column ${strange}`)
  const values = known.map((name) => columns[name] ?? `t.${name}`)
  const result = await db.query(
    `insert into ${table} (${known.join(', ')}) overriding system value
     select ${values.join(', ')} from ${table} t cross join generate_series(${from}, ${to}) g
      where ${where}`,
    [template],
  )
  return result.rowCount ?? 0
}

async function columnsOf(db: pg.Client, table: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  )
  return rows.map(({ name }) => name)
}
