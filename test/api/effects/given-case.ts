import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Transport } from '../../../contracts/filing.ts'
import type { Scenario } from '../../../contracts/scenario.ts'
import { seedDistrict } from '../../../core/catalogue/seed-district.ts'
import { appendCaseEvent, lockCase } from '../../../core/cases/case-events.ts'
import { seedCalendar } from '../../../core/clock/seed-calendar.ts'
import type { TestDatabase } from '../../support/database.ts'

const ITEM = join(import.meta.dirname, '../../../processes/labour-dispatch')
const json = (path: string): unknown => JSON.parse(readFileSync(join(ITEM, path), 'utf8'))

export const scenario = json('scenarios/grant-ems-both-ways.json') as Scenario

/** The end of the item's flow, as publishing lists it. */
const DELIVERY = [
  {
    id: 'Wait_ParcelDelivered',
    name: '等签收',
    type: 'message',
    message: 'parcel-delivered',
    next: ['Gateway_ParcelSigned'],
  },
  {
    id: 'Gateway_ParcelSigned',
    name: '送达证实了吗',
    type: 'other',
    next: ['End_Delivered', 'Task_HandOver'],
  },
]

/** District, calendar and one item; no engine: what is tested here never asks it. */
export async function givenOffice(
  { db }: TestDatabase,
  steps: readonly object[] = DELIVERY,
): Promise<void> {
  await seedCalendar(db)
  await seedDistrict(db)
  await db('item').insert({ code: 'LABOUR-DISPATCH', name: '劳务派遣经营许可', name_en: 'x' })
  await db('item_version').insert({
    item_code: 'LABOUR-DISPATCH',
    version: 1,
    sha256: 'test',
    package: JSON.stringify(json('item.json')),
    form: '{}',
    form_schema: '{}',
    flow: '',
    steps: JSON.stringify(steps),
    created_by: 'test',
    created_at: new Date(),
  })
}

let sequence = 0

export async function givenCase({ db }: TestDatabase): Promise<{ caseId: string; caseNo: string }> {
  sequence += 1
  const caseNo = `TH260302-${String(sequence).padStart(4, '0')}`
  const [version] = await db('item_version').pluck<string[]>('id')
  const at = new Date('2026-03-02T09:00:00+08:00')
  const draft = await db('case_draft')
    .insert({
      item_version_id: version,
      channel: 'online',
      token_hash: '',
      created_at: at,
      updated_at: at,
    })
    .returning<{ id: string }[]>('id')
  const row = await db('case_file')
    .insert({
      case_no: caseNo,
      unified_no: caseNo,
      draft_id: draft[0]?.id,
      item_version_id: version,
      item_code: 'LABOUR-DISPATCH',
      deciding_unit: 'TH-HRSS',
      handling_unit: 'TH-HALL',
      channel: 'online',
      submitted_at: at,
    })
    .returning<{ id: string }[]>('id')
  const caseId = String(row[0]?.id)
  await db('case_form').insert({
    case_id: caseId,
    snapshot: 1,
    form: JSON.stringify(scenario.form),
    transport: JSON.stringify(scenario.transport satisfies Transport | object),
    at,
  })
  await db.transaction(async (trx) => {
    const locked = await lockCase(trx, { caseId })
    await appendCaseEvent(trx, locked, {
      type: 'submitted',
      at,
      actor: { kind: 'applicant', id: 'applicant' },
      payload: { snapshot: 1, channel: 'online', inbound: 'ems', delivery: 'ems', materials: [] },
    })
  })
  return { caseId, caseNo }
}
