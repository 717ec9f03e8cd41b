/** What a composition root hands from the pool to a store: passed on, never queried outside core/ (style.md rule 4). */
export type { Knex as Database } from 'knex'
