/** Reads the engine's own events in the order of their transactions. */
import type { Knex } from 'knex'
import type { EngineEvent } from '../../contracts/engine-events.ts'

export interface EventRow {
  readonly xid: string
  readonly id: string
  readonly events: readonly EngineEvent[]
}

export interface Cursor {
  readonly xid: string
  readonly id: string
}

const NAME = 'engine'
export const ORIGIN: Cursor = { xid: '0', id: '0' }

/**
 * Identity values become visible out of order, so `id > last` would lose rows. Below the oldest running transaction
 * nothing can appear any more: (xid, id) up to there is a complete prefix (engine.md §4 A6). One projector wins the
 * cursor; a second one finds it locked and reads nothing.
 */
export async function takeEvents(trx: Knex.Transaction, limit: number): Promise<EventRow[]> {
  const result: { rows: EventRow[] } = await trx.raw(
    `with cursor as materialized (
       select c.xid, c.id from projection_cursor as c where c.name = ? for update skip locked)
     select e.xid::text as xid, e.id::text as id, e.events
       from cursor as c
       cross join lateral (
         select e.xid, e.id, e.events from engine.engine_event as e
          where (e.xid, e.id) > (c.xid, c.id)
            and e.xid < pg_snapshot_xmin(pg_current_snapshot())
          order by e.xid, e.id
          limit ?) as e
      order by e.xid, e.id`,
    [NAME, limit],
  )
  return result.rows
}

/** Waits until another projector has finished its batch, and keeps it out. */
export async function awaitCursor(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select 1 from projection_cursor as c where c.name = ? for update', [NAME])
}

export async function moveCursor(trx: Knex.Transaction, to: Cursor): Promise<void> {
  await trx.raw('update projection_cursor set xid = ?::xid8, id = ?::bigint where name = ?', [
    to.xid,
    to.id,
    NAME,
  ])
}
