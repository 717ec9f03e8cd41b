import type { Knex } from 'knex'

/**
 * One step of the schema. The name is what the database remembers: `NNNN-what-it-does`, without
 * an extension. A merged migration is never edited and has no way back: expand, then contract.
 */
export interface Migration {
  readonly name: string
  readonly up: (knex: Knex) => Promise<void>
}
