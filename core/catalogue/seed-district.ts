/**
 * The demo district: units, posts, persons and remedies of 天河区 as made-up data. Safe to run at every start: what is
 * there stays as it is.
 */
import type { Knex } from 'knex'
import { inTransaction } from '../database/transaction.ts'
import { DEMO_STAFF } from '../identity/demo-staff.ts'

/** USCCs are invented; the check characters hold (GB 32100). Levels of GB/T 39046: 4 county, 5 street. */
const UNITS = [
  {
    code: 'TH-HALL',
    name: '广州市天河区政务服务中心',
    name_en: 'Tianhe Government Service Centre',
    uscc: '12440106000000035J',
    level: '4',
  },
  {
    code: 'TH-HRSS',
    name: '广州市天河区人力资源和社会保障局',
    name_en: 'Tianhe Human Resources and Social Security Bureau',
    uscc: '114401060000000190',
    level: '4',
  },
  {
    code: 'TH-AMR',
    name: '广州市天河区市场监督管理局',
    name_en: 'Tianhe Administration for Market Regulation',
    uscc: '11440106000000027T',
    level: '4',
  },
  {
    code: 'TH-STREET-WUSHAN',
    name: '广州市天河区五山街道办事处',
    name_en: 'Wushan Street Office, Tianhe',
    uscc: '11440106000000043G',
    level: '5',
  },
] as const

const POSTS = [
  { code: 'POST-ACCEPTANCE', name: '综合窗口受理员', name_en: 'Acceptance clerk' },
  { code: 'POST-EXAMINER', name: '承办', name_en: 'Examiner' },
  { code: 'POST-REVIEWER', name: '审核', name_en: 'Reviewer' },
  { code: 'POST-CHIEF', name: '首席代表（批准）', name_en: 'Chief representative' },
  { code: 'POST-INSPECTOR', name: '踏勘员', name_en: 'Inspector' },
  { code: 'POST-ISSUER', name: '出证窗口', name_en: 'Issuing clerk' },
  { code: 'POST-STREET', name: '街道经办', name_en: 'Street clerk' },
  { code: 'POST-DESIGNER', name: '事项管理员', name_en: 'Item designer' },
  { code: 'POST-OPERATOR', name: '运维', name_en: 'Operator' },
] as const

/**
 * Since the Reconsideration Law of 2023 (in force 2024-01-01) decisions of district departments go to the district
 * government. The court is left general: jurisdiction over administrative cases in Guangzhou is centralised by notice
 * and changes (domain.md §2.2).
 */
const REMEDY = {
  reconsideration_organ: '广州市天河区人民政府',
  court: '有管辖权的人民法院',
  valid_from: '2024-01-01',
}

export async function seedDistrict(db: Knex): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx('unit')
      .insert(UNITS.map((unit) => ({ ...unit, parent_code: null })))
      .onConflict('code')
      .ignore()
    await trx('post')
      .insert([...POSTS])
      .onConflict('code')
      .ignore()
    await trx('designer_right')
      .insert({ post_code: 'POST-DESIGNER' })
      .onConflict('post_code')
      .ignore()
    await seedStaff(trx)
    await seedRemedies(trx)
  })
}

async function seedStaff(trx: Knex.Transaction): Promise<void> {
  await trx('person')
    .insert(DEMO_STAFF.map(({ subject, staffNo, name }) => ({ subject, staff_no: staffNo, name })))
    .onConflict('subject')
    .ignore()
  const persons = (await trx('person as p')
    .select('p.id', 'p.subject')
    .whereIn(
      'p.subject',
      DEMO_STAFF.map((person) => person.subject),
    )) as { id: string; subject: string }[]
  const ids = new Map(persons.map((person) => [person.subject, person.id]))
  await trx('person_post')
    .insert(
      DEMO_STAFF.map(({ subject, unit, post }) => ({
        person_id: ids.get(subject),
        unit_code: unit,
        post_code: post,
        // Posts of the demo hold on every day a test or rehearsal may choose.
        valid_from: '2020-01-01',
      })),
    )
    .onConflict(['person_id', 'unit_code', 'post_code'])
    .ignore()
}

async function seedRemedies(trx: Knex.Transaction): Promise<void> {
  // remedy has no natural key; two seeds at once would both find it empty.
  await trx.raw(`select pg_advisory_xact_lock(hashtext('seed-district'))`)
  const there = (await trx('remedy').distinct('unit_code').pluck('unit_code')) as string[]
  const rows = UNITS.filter((unit) => !there.includes(unit.code)).map((unit) => ({
    unit_code: unit.code,
    ...REMEDY,
  }))
  if (rows.length > 0) await trx('remedy').insert(rows)
}
