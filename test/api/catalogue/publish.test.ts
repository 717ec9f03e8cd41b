import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '../../../contracts/case-events.ts'
import {
  getActiveVersion,
  getItemVersion,
  getVersionByNumber,
  listItems,
  listVersionFiles,
  listVersions,
} from '../../../core/catalogue/item-versions.ts'
import { packageDigest } from '../../../core/catalogue/package-files.ts'
import { publishPackage } from '../../../core/catalogue/publish.ts'
import { seedDistrict } from '../../../core/catalogue/seed-district.ts'
import { sqlState } from '../../../core/database/sql-state.ts'
import { DEMO_STAFF } from '../../../core/identity/demo-staff.ts'
import { changed, inJson, packageOf } from '../../core/catalogue/packages.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

const clock = { now: () => new Date('2026-11-23T02:00:00Z') }
const designer: Actor = { kind: 'staff', id: 'designer' }
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await seedDistrict(database.db)
})
afterAll(() => database.close())

const publish = (files: Awaited<ReturnType<typeof packageOf>>) =>
  publishPackage({ db: database.db, clock }, files, designer)
/** What the outbox does when the engine has taken the version. */
const deployed = (versionId: string) =>
  database
    .db('item_version')
    .where({ id: versionId })
    .update({
      state: 'published',
      engine_definition_id: `definition-${versionId}`,
      published_at: clock.now(),
    })
const count = async (table: string) =>
  Number((await database.db(table).count<{ n: string | number }[]>({ n: '*' }))[0]?.n)

describe('the district', () => {
  it('is seeded once, however often', async () => {
    const before = await Promise.all(['unit', 'post', 'person', 'person_post', 'remedy'].map(count))
    await Promise.all([seedDistrict(database.db), seedDistrict(database.db)])
    const after = await Promise.all(['unit', 'post', 'person', 'person_post', 'remedy'].map(count))
    expect(after).toEqual(before)
    expect(before).toEqual([4, 9, DEMO_STAFF.length, DEMO_STAFF.length, 4])
  })
})

describe('publishing', () => {
  it('pins version 1 with every file, and asks the engine to take it', async () => {
    const files = await packageOf('labour-dispatch')
    const published = await publish(files)
    expect(published).toMatchObject({ itemCode: 'LABOUR-DISPATCH', version: 1, state: 'deploying' })
    const version = await getItemVersion(database.db, published.versionId)
    expect(version.sha256).toBe(packageDigest(files))
    expect(version.formSchema).toMatchObject({ additionalProperties: false })
    expect(version.steps.find((step) => step.id === 'Task_Decide')?.candidatePost).toBe(
      'POST-CHIEF',
    )
    const stored = await listVersionFiles(database.db, published.versionId)
    expect(packageDigest(stored)).toBe(version.sha256)
    const commands: unknown = await database
      .db('engine_command')
      .where({ item_version_id: published.versionId })
      .select('kind', 'dedupe_key')
    expect(commands).toEqual([{ kind: 'deploy', dedupe_key: `deploy:${published.versionId}` }])
  })

  it('is idempotent by content: twenty publishers at once make one version', async () => {
    const files = await packageOf('food-licence')
    const all = await Promise.all(Array.from({ length: 20 }, () => publish(files)))
    expect(new Set(all.map((p) => p.versionId)).size).toBe(1)
    expect((await listVersions(database.db, 'FOOD-LICENCE')).map((v) => v.version)).toEqual([1])
  })

  it('gives the next version for other content, one number to each of several at once', async () => {
    const variants = await Promise.all(
      [3, 4, 5].map((days) =>
        changed(
          'food-licence',
          'item.json',
          inJson((item: { guide: { deliverDays: number } }) => {
            item.guide.deliverDays = days + 3
          }),
        ),
      ),
    )
    const all = await Promise.all(variants.map(publish))
    expect(all.map((p) => p.version).sort()).toEqual([2, 3, 4])
  })

  it('offers a version only once the engine has it; older cases keep theirs', async () => {
    const { db } = database
    await expect(getActiveVersion(db, 'FOOD-LICENCE')).rejects.toMatchObject({
      code: 'ITEM_NOT_FOUND',
    })
    const first = await getVersionByNumber(db, 'FOOD-LICENCE', 1)
    await deployed(first.id)
    expect((await getActiveVersion(db, 'FOOD-LICENCE')).version).toBe(1)
    const second = await getVersionByNumber(db, 'FOOD-LICENCE', 2)
    await deployed(second.id)
    expect((await getActiveVersion(db, 'FOOD-LICENCE')).version).toBe(2)
    expect((await getItemVersion(db, first.id)).version).toBe(1)
    expect((await listItems(db)).map((i) => [i.code, i.version.version])).toEqual([
      ['FOOD-LICENCE', 2],
    ])
  })

  it('does not offer a suspended item, and says why', async () => {
    const { db } = database
    await db('item').where({ code: 'FOOD-LICENCE' }).update({
      state: 'suspended',
      suspended_reason: '系统升级',
    })
    await expect(getActiveVersion(db, 'FOOD-LICENCE')).rejects.toMatchObject({
      code: 'ITEM_SUSPENDED',
      detail: '系统升级',
    })
    expect((await listItems(db)).find((i) => i.code === 'FOOD-LICENCE')).toMatchObject({
      state: 'suspended',
      suspendedReason: '系统升级',
    })
    await db('item').where({ code: 'FOOD-LICENCE' }).update({ state: 'active' })
  })

  it('never changes a published version: the database refuses it', async () => {
    const { id } = await getVersionByNumber(database.db, 'FOOD-LICENCE', 1)
    const failure: unknown = await database.ownerDb
      .raw(`update item_version set package = '{}' where id = ?`, [id])
      .catch((e: unknown) => e)
    expect(sqlState(failure)).toBe('23001')
  })

  it('gives the rights of each step to the posts of the item', async () => {
    const rights: unknown = await database
      .db('step_right')
      .where({ item_code: 'FOOD-LICENCE' })
      .orderBy('step')
      .select('step', 'unit_code', 'post_code')
    expect(rights).toEqual([
      { step: 'Task_Accept', unit_code: 'TH-HALL', post_code: 'POST-ACCEPTANCE' },
      { step: 'Task_Decide', unit_code: 'TH-AMR', post_code: 'POST-CHIEF' },
      { step: 'Task_HandOver', unit_code: 'TH-HALL', post_code: 'POST-ISSUER' },
      { step: 'Task_Inspect', unit_code: 'TH-AMR', post_code: 'POST-INSPECTOR' },
      { step: 'Task_Review', unit_code: 'TH-AMR', post_code: 'POST-EXAMINER' },
    ])
  })

  it('refuses a unit the office does not have, and leaves nothing behind', async () => {
    const before = await Promise.all(['item', 'item_version', 'engine_command'].map(count))
    const files = await changed(
      'flex-pension',
      'item.json',
      inJson((item: { units: { deciding: string } }) => (item.units.deciding = 'TH-MOON')),
    )
    await expect(publish(files)).rejects.toMatchObject({
      code: 'PACKAGE_REFUSED',
      fields: [{ field: 'item.json#/units/deciding', code: 'UNKNOWN_UNIT' }],
    })
    const after = await Promise.all(['item', 'item_version', 'engine_command'].map(count))
    expect(after).toEqual(before)
  })

  it('refuses a broken package with every fault', async () => {
    const files = await changed('flex-pension', 'flow.bpmn', (t) =>
      t.replace('camunda:topic="notify"', 'camunda:topic="shout"'),
    )
    await expect(publish(files)).rejects.toMatchObject({ code: 'PACKAGE_REFUSED', status: 422 })
  })
})
