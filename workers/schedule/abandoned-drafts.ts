import type { Knex } from 'knex'
import type { FileStore } from '../../core/cases/file-store.ts'

const KEPT_DAYS = 30
const BATCH = 100

/**
 * A draft nobody has touched for 30 days and never submitted is emptied: personal data is kept no longer than its purpose
 * (Personal Information Protection Law art. 19). The row stays, unopenable, since its number may stand in a log.
 * @returns drafts emptied
 */
export async function emptyAbandonedDrafts(
  db: Knex,
  fileStore: Pick<FileStore, 'remove'>,
  at: Date,
): Promise<number> {
  const before = new Date(at.getTime() - KEPT_DAYS * 86_400_000)
  const storageKeys: string[] = []
  const emptied = await db.transaction(async (trx) => {
    const ids = await trx('case_draft as d')
      .whereNull('d.submitted_key')
      .where('d.updated_at', '<', before)
      .whereNot('d.token_hash', '')
      .orderBy('d.updated_at')
      .limit(BATCH)
      .forUpdate()
      .skipLocked()
      .pluck<string[]>('d.id')
    if (ids.length === 0) return 0
    const removed: { storage_key: string }[] = await trx('material_file')
      .whereIn('draft_id', ids)
      .whereNull('case_id')
      .delete()
      .returning('storage_key')
    storageKeys.push(...removed.map((row) => row.storage_key))
    await trx('case_draft')
      .whereIn('id', ids)
      .update({
        form: '{}',
        transport: '{}',
        token_hash: '',
        revision: trx.raw('revision + 1'),
      })
    return ids.length
  })
  // After the commit: a file that no row names is litter, a row without its file would be a loss.
  for (const key of storageKeys) await fileStore.remove(key)
  return emptied
}
