import { randomUUID } from 'node:crypto'
import type { CourierOrder, CourierParty } from '../../contracts/courier.ts'
import { formatChinaTime } from '../china-time.ts'

/** 1 寄件人付, 2 收件人付, 4 集中付 (domain.md §6). */
const PAYMENT_MODE = { sender: '1', receiver: '2', centre: '4' } as const satisfies Record<
  CourierOrder['paymentMode'],
  string
>

/** Our order -> one element of the 020003 array. The label says 文件 and nothing about the item. */
export function toOrderBody(order: CourierOrder, now: Date) {
  return {
    createdTime: formatChinaTime(now),
    // The post office wants a random customer id here; a real one would let it link a person's parcels.
    ecommerceUserId: randomUUID().replaceAll('-', ''),
    logisticsOrderNo: order.logisticsOrderNo,
    contentsAttribute: '1',
    bizProductNo: '1',
    ...(order.weightGrams === undefined ? {} : { weight: String(order.weightGrams) }),
    paymentMode: PAYMENT_MODE[order.paymentMode],
    pickupType: order.pickup ? '1' : '0',
    ...(order.remark === undefined ? {} : { note: order.remark }),
    sender: toParty(order.sender),
    receiver: toParty(order.receiver),
    cargos: [{ cargoName: '文件', cargoQuantity: '1' }],
  }
}

function toParty(party: CourierParty) {
  const number = party.mobile.startsWith('1') ? { mobile: party.mobile } : { phone: party.mobile }
  return {
    name: party.name,
    ...number,
    ...(party.postCode === undefined ? {} : { postCode: party.postCode }),
    prov: party.prov,
    city: party.city,
    county: party.county,
    address: party.address,
  }
}
