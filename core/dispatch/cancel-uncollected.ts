/** A case that ended without a result needs its parcels no more: what the courier has not collected yet is called off. */
import type { Knex } from 'knex'
import { intendEffect } from '../effects/effects.ts'

/** Needs the case lock. Safe to repeat: one cancellation per waybill. */
export async function cancelUncollected(
  trx: Knex.Transaction,
  caseId: string,
  at: Date,
): Promise<void> {
  const parcels = (await trx('parcel as p')
    .join('effect as e', 'e.id', 'p.effect_id')
    .select({
      waybillNo: 'p.waybill_no',
      logisticsOrderNo: trx.raw(`e.request ->> 'logisticsOrderNo'`),
    })
    .where({ 'p.case_id': caseId, 'p.state': 'ordered' })) as {
    waybillNo: string
    logisticsOrderNo: string
  }[]
  for (const { waybillNo, logisticsOrderNo } of parcels) {
    await intendEffect(trx, {
      caseId,
      kind: 'ems.cancel',
      key: `${waybillNo}:cancel`,
      request: { logisticsOrderNo, waybillNo, reason: '申请已撤回' },
      at,
    })
  }
}
