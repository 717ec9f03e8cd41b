import { createPool } from '../core/database/pool.ts'

import { migrate, SchemaNewerError } from './run.ts'

/** `npm run db:migrate`: brings the database of MIGRATION_DATABASE_URL up to this code. */
async function main(): Promise<number> {
  const url = process.env['MIGRATION_DATABASE_URL']
  if (!url) {
    console.error(
      'MIGRATION_DATABASE_URL is missing: set it to postgresql://yichuang_owner:<password>@<host>:<port>/yichuang.',
    )
    return 78
  }
  // No statement timeout worth speaking of: building an index on a grown table takes its time.
  const db = createPool({
    url,
    max: 2,
    applicationName: 'migrate',
    statementTimeoutMs: 3_600_000,
  })
  try {
    const applied = await migrate(db)
    for (const name of applied) console.log(`applied ${name}`)
    console.log(applied.length === 0 ? 'the schema is up to date' : 'the schema is up to date now')
    return 0
  } catch (error) {
    if (error instanceof SchemaNewerError) {
      console.error(`${error.message}: update this checkout to the version that wrote it.`)
      return 65
    }
    console.error(`the migration failed and was rolled back: ${String(error)}`)
    return 1
  } finally {
    await db.destroy()
  }
}

process.exitCode = await main()
