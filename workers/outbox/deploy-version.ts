/** Publishing: the files of an item version go to the engine; its gate has the last word (engine.md §5). */
import type { Knex } from 'knex'
import type { EngineGateway } from '../../engine/gateway/gateway.ts'
import type { Delivery } from './deliver-command.ts'

interface VersionRow {
  readonly itemCode: string
  readonly version: number
  readonly state: 'deploying' | 'published' | 'refused'
}

const REFUSAL_CHARS = 20_000

/** Marks the version published or refused; a version that is settled already is left as it is. */
export async function deployVersion(
  db: Knex,
  gateway: EngineGateway,
  { itemVersionId, at }: { readonly itemVersionId: string; readonly at: Date },
): Promise<Delivery> {
  const row = (await db('item_version as v')
    .select({ itemCode: 'v.item_code', version: 'v.version', state: 'v.state' })
    .where('v.id', itemVersionId)
    .first()) as VersionRow | undefined
  if (row === undefined) return { kind: 'stuck', reason: 'VERSION_UNKNOWN' }
  if (row.state !== 'deploying') return { kind: 'done' }
  const files = (await db('item_version_file as f')
    .select('f.path', 'f.content')
    .where('f.item_version_id', itemVersionId)
    .where((q) => void q.where('f.path', 'flow.bpmn').orWhere('f.path', 'like', 'rules/%.dmn'))
    .orderBy('f.path')) as { path: string; content: Buffer }[]
  const result = await gateway.deploy({ name: `${row.itemCode}@${row.version}`, files })
  if (result.kind === 'ok') {
    await settleVersion(db, itemVersionId, {
      state: 'published',
      engine_definition_id: result.value.definitionId,
      published_at: at,
    })
    return { kind: 'done' }
  }
  if (result.kind === 'refused') {
    await settleVersion(db, itemVersionId, {
      state: 'refused',
      refusal: result.message.slice(0, REFUSAL_CHARS),
    })
    return { kind: 'done' }
  }
  return { kind: 'later', reason: 'ENGINE_BUSY' }
}

async function settleVersion(db: Knex, id: string, change: object): Promise<void> {
  await db('item_version').where({ id, state: 'deploying' }).update(change)
  await db.raw(`select pg_notify('item_version', ?)`, [id])
}
