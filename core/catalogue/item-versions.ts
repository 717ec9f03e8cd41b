/** Item versions: what a case was filed under stays readable for ever. Rows are immutable once published. */
import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import type { FlowStep, ItemPackage } from '../../contracts/item-package.ts'
import { problem } from '../../contracts/problems.ts'
import type { FormDefinition } from './form-definition.ts'

export type VersionState = 'deploying' | 'published' | 'refused'

export interface ItemVersion {
  /** decimal text of a bigint */
  readonly id: string
  readonly itemCode: string
  readonly version: number
  readonly sha256: string
  readonly package: ItemPackage
  /** form.json as the designer wrote it (form-js schema 19) */
  readonly form: FormDefinition
  /** JSON Schema derived from it */
  readonly formSchema: Readonly<Record<string, unknown>>
  /** BPMN XML */
  readonly flow: string
  readonly steps: readonly FlowStep[]
  /** set once the engine has it */
  readonly engineDefinitionId: string | null
  readonly state: VersionState
  /** why the engine's deploy gate refused it */
  readonly refusal: string | null
  readonly createdAt: Date
  readonly publishedAt: Date | null
}

export interface ItemSummary {
  readonly code: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly state: 'active' | 'suspended'
  readonly suspendedReason: string | null
  /** the newest published version */
  readonly version: ItemVersion
}

const COLUMNS = {
  id: 'v.id',
  itemCode: 'v.item_code',
  version: 'v.version',
  sha256: 'v.sha256',
  package: 'v.package',
  form: 'v.form',
  formSchema: 'v.form_schema',
  flow: 'v.flow',
  steps: 'v.steps',
  engineDefinitionId: 'v.engine_definition_id',
  state: 'v.state',
  refusal: 'v.refusal',
  createdAt: 'v.created_at',
  publishedAt: 'v.published_at',
}

/** One cache for each database: a pool and its transactions share the configuration object. */
const caches = new WeakMap<object, LRUCache<string, ItemVersion>>()

function cacheOf(db: Knex): LRUCache<string, ItemVersion> {
  const key = (db.client as { config: object }).config
  let cache = caches.get(key)
  if (cache === undefined) caches.set(key, (cache = new LRUCache({ max: 500 })))
  return cache
}

/** @throws ITEM_VERSION_NOT_FOUND */
export async function getItemVersion(db: Knex, id: string | number): Promise<ItemVersion> {
  const cached = cacheOf(db).get(String(id))
  if (cached !== undefined) return cached
  const row: unknown = await db('item_version as v').select(COLUMNS).where('v.id', id).first()
  if (row === undefined) throw problem('ITEM_VERSION_NOT_FOUND')
  return remember(db, toItemVersion(row))
}

/**
 * The version new applications are filed under: the newest published one.
 * @throws ITEM_NOT_FOUND, ITEM_SUSPENDED
 */
export async function getActiveVersion(db: Knex, itemCode: string): Promise<ItemVersion> {
  const found = await findActive(db, itemCode)
  if (found === undefined) throw problem('ITEM_NOT_FOUND')
  if (found.state === 'suspended')
    throw problem('ITEM_SUSPENDED', found.reason === null ? {} : { detail: found.reason })
  return getItemVersion(db, found.id)
}

async function findActive(db: Knex, itemCode: string) {
  return (await db('item as i')
    .join('item_version as v', 'v.item_code', 'i.code')
    .select({ id: 'v.id', state: 'i.state', reason: 'i.suspended_reason' })
    .where({ 'i.code': itemCode, 'v.state': 'published' })
    .orderBy('v.version', 'desc')
    .first()) as { id: string; state: ItemSummary['state']; reason: string | null } | undefined
}

/** Every item with a published version, by code; suspended ones too, because the guide says why. */
export async function listItems(db: Knex): Promise<ItemSummary[]> {
  const rows = (await db('item as i')
    .join('item_version as v', 'v.item_code', 'i.code')
    .distinctOn('i.code')
    .select({
      code: 'i.code',
      name: 'i.name',
      nameEn: 'i.name_en',
      state: 'i.state',
      suspendedReason: 'i.suspended_reason',
      versionId: 'v.id',
    })
    .where('v.state', 'published')
    .orderBy([{ column: 'i.code' }, { column: 'v.version', order: 'desc' }])) as {
    code: string
    name: string
    nameEn: string
    state: ItemSummary['state']
    suspendedReason: string | null
    versionId: string
  }[]
  return Promise.all(
    rows.map(async ({ versionId, name, nameEn, ...item }) => ({
      ...item,
      name: { zh: name, en: nameEn },
      version: await getItemVersion(db, versionId),
    })),
  )
}

/** Newest first, whatever their state. @throws ITEM_NOT_FOUND */
export async function listVersions(db: Knex, itemCode: string): Promise<ItemVersion[]> {
  const rows: unknown[] = await db('item_version as v')
    .select(COLUMNS)
    .where('v.item_code', itemCode)
    .orderBy('v.version', 'desc')
  if (rows.length === 0) throw problem('ITEM_NOT_FOUND')
  return rows.map((row) => remember(db, toItemVersion(row)))
}

/** @throws ITEM_VERSION_NOT_FOUND */
export async function getVersionByNumber(
  db: Knex,
  itemCode: string,
  version: number,
): Promise<ItemVersion> {
  const row: unknown = await db('item_version as v')
    .select(COLUMNS)
    .where({ 'v.item_code': itemCode, 'v.version': version })
    .first()
  if (row === undefined) throw problem('ITEM_VERSION_NOT_FOUND')
  return remember(db, toItemVersion(row))
}

/** The files as they were published: for the engine (flow and decision tables) and for download. */
export async function listVersionFiles(db: Knex, id: string): Promise<Map<string, Buffer>> {
  const rows = (await db('item_version_file as f')
    .select('f.path', 'f.content')
    .where('f.item_version_id', id)
    .orderBy('f.path')) as { path: string; content: Buffer }[]
  return new Map(rows.map((row) => [row.path, row.content]))
}

/** Only published versions: state and engine id of the others still change. */
function remember(db: Knex, version: ItemVersion): ItemVersion {
  if (version.state !== 'published') return version
  const cache = cacheOf(db)
  const known = cache.get(version.id)
  if (known === undefined) cache.set(version.id, version)
  return known ?? version
}

function toItemVersion(row: unknown): ItemVersion {
  const version = row as Omit<ItemVersion, 'id'> & { id: string | number }
  return { ...version, id: String(version.id) }
}
