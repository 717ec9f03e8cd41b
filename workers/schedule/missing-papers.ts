import type { Knex } from 'knex'
import type { Clock } from '../../core/clock/clock.ts'
import type { Renderer } from '../../core/documents/render-document.ts'

const PATIENCE_MS = 5 * 60_000
const BATCH = 20

/**
 * Renders papers that were ordered and never made: the topic handler that ordered them died between the two. Receipts
 * are made when first asked for and are left alone.
 * @returns papers made
 */
export async function renderMissingPapers(
  db: Knex,
  renderer: Pick<Renderer, 'ensureRendered'>,
  clock: Clock,
): Promise<number> {
  const ids = (await db('document as d')
    .whereNull('d.rendered_at')
    .whereNot('d.kind', 'submission-receipt')
    .where('d.ordered_at', '<', new Date(clock.now().getTime() - PATIENCE_MS))
    .orderBy('d.ordered_at')
    .limit(BATCH)
    .pluck('d.id')) as string[]
  for (const id of ids) await renderer.ensureRendered(db, id)
  return ids.length
}
