/** Publishing: check, pin, and ask the engine to take it. What was published never changes again. */
import type { Knex } from 'knex'
import type { Actor } from '../../contracts/case-events.ts'
import type { ItemPackage } from '../../contracts/item-package.ts'
import { problem, type ProblemField } from '../../contracts/problems.ts'
import { putEngineCommand } from '../cases/engine-commands.ts'
import type { Clock } from '../clock/clock.ts'
import { inTransaction } from '../database/transaction.ts'
import { checkPackage, type CheckedPackage } from './check-package.ts'
import type { VersionState } from './item-versions.ts'
import { fileDigest, type PackageFiles } from './package-files.ts'

export interface Published {
  readonly itemCode: string
  readonly version: number
  /** decimal text of item_version.id */
  readonly versionId: string
  /** `deploying` until the engine has taken it; `refused` when its deploy gate did not */
  readonly state: VersionState
}

/**
 * Idempotent: the same files (sha256) are the same version, whoever sends them and however often. New applications use
 * the version as soon as the engine has it; running cases keep theirs.
 * @throws PACKAGE_REFUSED (fields: where and why)
 */
export async function publishPackage(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  files: PackageFiles,
  actor: Actor,
): Promise<Published> {
  const checked = await checkPackage(files)
  if (!checked.ok) throw problem('PACKAGE_REFUSED', { fields: checked.problems })
  return inTransaction(db, async (trx) => {
    const missing = await unknownToOffice(trx, checked.package)
    if (missing.length > 0) throw problem('PACKAGE_REFUSED', { fields: missing })
    const { code, guide } = checked.package
    await trx('item')
      .insert({ code, name: guide.taskName.zh, name_en: guide.taskName.en })
      .onConflict('code')
      .ignore()
    // The lock gives one publisher at a time the next version number.
    await trx('item').select('code').where({ code }).forUpdate()
    const known = await findBySha(trx, checked)
    if (known !== undefined) return known
    const at = clock.now()
    const published = await insertVersion(trx, checked, files, { actor, at })
    await trx('item')
      .where({ code })
      .update({ name: guide.taskName.zh, name_en: guide.taskName.en })
    await grantStepRights(trx, checked.package)
    await putEngineCommand(trx, { kind: 'deploy', itemVersionId: published.versionId }, at)
    return published
  })
}

async function findBySha(
  trx: Knex.Transaction,
  { package: { code }, sha256 }: CheckedPackage,
): Promise<Published | undefined> {
  const row = (await trx('item_version as v')
    .select({ versionId: 'v.id', version: 'v.version', state: 'v.state' })
    .where({ 'v.item_code': code, 'v.sha256': sha256 })
    .first()) as { versionId: string | number; version: number; state: VersionState } | undefined
  return row === undefined
    ? undefined
    : { itemCode: code, ...row, versionId: String(row.versionId) }
}

async function insertVersion(
  trx: Knex.Transaction,
  checked: CheckedPackage,
  files: PackageFiles,
  { actor, at }: { readonly actor: Actor; readonly at: Date },
): Promise<Published> {
  const { code } = checked.package
  const last = await trx('item_version as v')
    .max<{ version: number | null }[]>({ version: 'v.version' })
    .where('v.item_code', code)
    .first()
  const version = (last?.version ?? 0) + 1
  const [row]: { id: string | number }[] = await trx('item_version')
    .insert({
      item_code: code,
      version,
      sha256: checked.sha256,
      package: JSON.stringify(checked.package),
      form: JSON.stringify(checked.form),
      form_schema: JSON.stringify(checked.formSchema),
      flow: checked.flow,
      steps: JSON.stringify(checked.steps),
      created_by: actor.id,
      created_at: at,
    })
    .returning('id')
  if (row === undefined) throw new Error('the version was not stored')
  await trx('item_version_file').insert(
    [...files].map(([path, content]) => ({
      item_version_id: row.id,
      path,
      sha256: fileDigest(content),
      content,
    })),
  )
  return { itemCode: code, version, versionId: String(row.id), state: 'deploying' }
}

/** Units and posts are the office's, not the package's: it may name only those that exist. */
async function unknownToOffice(trx: Knex.Transaction, item: ItemPackage): Promise<ProblemField[]> {
  const units = (await trx('unit').pluck('code')) as string[]
  const posts = (await trx('post').pluck('code')) as string[]
  const named: [string, string, readonly string[]][] = [
    ['/units/deciding', item.units.deciding, units],
    ...item.units.handling.map((unit, i): [string, string, readonly string[]] => [
      `/units/handling/${i}`,
      unit,
      units,
    ]),
    ...Object.entries(item.steps).flatMap(([id, step]): [string, string, readonly string[]][] =>
      step.post === undefined ? [] : [[`/steps/${id}/post`, step.post, posts]],
    ),
  ]
  return named
    .filter(([, code, known]) => !known.includes(code))
    .map(([pointer, code, known]) => ({
      field: `item.json#${pointer}`,
      code: known === units ? 'UNKNOWN_UNIT' : 'UNKNOWN_POST',
      zh: `没有${known === units ? '单位' : '岗位'}${code}`,
      en: `There is no ${known === units ? 'unit' : 'post'} ${code}`,
    }))
}

/** Item x unit x step: added for new steps, never taken away, because running cases keep their version's steps. */
async function grantStepRights(trx: Knex.Transaction, item: ItemPackage): Promise<void> {
  const rights = Object.entries(item.steps).flatMap(([step, { act, post, unit }]) => {
    if (act === undefined || post === undefined) return []
    const units = unit === 'deciding' ? [item.units.deciding] : item.units.handling
    return units.map((unit_code) => ({ item_code: item.code, unit_code, step, post_code: post }))
  })
  await trx('step_right')
    .insert(rights)
    .onConflict(['item_code', 'unit_code', 'step', 'post_code'])
    .ignore()
}
