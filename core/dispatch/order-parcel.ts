/** What we ask the courier to carry: applicant to hall (originals) or hall to applicant (papers). */
import type { Knex } from 'knex'
import type { CourierOrder, CourierParty } from '../../contracts/courier.ts'
import type { PostalAddress, Transport } from '../../contracts/filing.ts'
import { problem } from '../../contracts/problems.ts'
import { latestSnapshot } from '../cases/case-context.ts'
import type { CaseRow } from '../cases/case-events.ts'
import { findEffect, intendEffect, type Effect } from '../effects/effects.ts'

export type Direction = CourierOrder['direction']

export interface ParcelIntent {
  readonly case: Pick<CaseRow, 'id' | 'caseNo'>
  readonly direction: Direction
  /** of the effect: `<external task id>:ems` */
  readonly key: string
  /** the hall's counter for parcels */
  readonly hall: CourierParty
  readonly at: Date
  readonly notBefore?: Date
}

/**
 * Puts the order into the ledger under a number of ours; the courier takes the same number for the same parcel, so a
 * repeat after a crash gives the same waybill. Needs the case lock: it keeps the numbers of a case apart.
 * @throws ACT_NOT_ALLOWED when the applicant chose another way and gave no address
 */
export async function intendParcel(trx: Knex.Transaction, intent: ParcelIntent): Promise<Effect> {
  const { direction, key, at, hall, notBefore } = intent
  const known = await findEffect(trx, key)
  if (known !== undefined) return known
  const { transport } = await latestSnapshot(trx, intent.case.id)
  const count = await countParcels(trx, intent.case.id, direction)
  const order = courierOrder({
    logisticsOrderNo: `${intent.case.caseNo}-${direction === 'inbound' ? 'in' : 'out'}-${count + 1}`,
    direction,
    transport,
    hall,
  })
  return intendEffect(trx, {
    caseId: intent.case.id,
    kind: 'ems.create',
    key,
    request: order,
    at,
    ...(notBefore === undefined ? {} : { notBefore }),
  })
}

/** Nothing of the item or the person's identity reaches the label (domain.md §6): contents are "a document". */
export function courierOrder(input: {
  readonly logisticsOrderNo: string
  readonly direction: Direction
  readonly transport: Transport
  readonly hall: CourierParty
}): CourierOrder {
  const { logisticsOrderNo, direction, transport, hall } = input
  const address = direction === 'inbound' ? transport.sender : transport.recipient
  if (address === undefined) {
    throw problem('ACT_NOT_ALLOWED', { detail: `no postal address for a parcel ${direction}` })
  }
  const applicant = toParty(address)
  return {
    logisticsOrderNo,
    direction,
    sender: direction === 'inbound' ? applicant : hall,
    receiver: direction === 'inbound' ? hall : applicant,
    contents: 'document',
    // The applicant pays both ways, on collection or on delivery (domain.md §6: 寄件人付, 到付).
    paymentMode: direction === 'inbound' ? 'sender' : 'receiver',
    pickup: true,
  }
}

function toParty({ name, mobile, province, city, county, address }: PostalAddress): CourierParty {
  return { name, mobile, prov: province, city, county, address }
}

async function countParcels(
  trx: Knex.Transaction,
  caseId: string,
  direction: Direction,
): Promise<number> {
  const row = (await trx('effect as e')
    .count({ count: '*' })
    .where({ 'e.case_id': caseId, 'e.kind': 'ems.create' })
    .whereRaw(`e.request ->> 'direction' = ?`, [direction])
    .first()) as { count: number | string } | undefined
  return Number(row?.count ?? 0)
}
