/** How papers and results travel: what the item offers on this channel, and the address each way needs. */
import type { DraftTransport } from '../../contracts/filing.ts'
import type { ItemPackage } from '../../contracts/item-package.ts'
import type { ProblemField } from '../../contracts/problems.ts'

export interface Travel {
  readonly channel: string
  readonly transport: DraftTransport
}

export function checkTransport(item: ItemPackage, { channel, transport }: Travel): ProblemField[] {
  const problems: ProblemField[] = []
  const say = (field: string, code: string, zh: string, en: string) =>
    problems.push({ field, code, zh, en })
  const { inbound, delivery } = transport
  if (inbound === undefined || !item.inbound.includes(inbound)) {
    say(
      '/transport/inbound',
      'CHOOSE',
      `请选择递交材料的方式：${item.inbound.join('、')}`,
      `Choose how the papers arrive: ${item.inbound.join(', ')}`,
    )
  }
  if (delivery === undefined || !item.delivery.includes(delivery)) {
    say(
      '/transport/delivery',
      'CHOOSE',
      `请选择领取结果的方式：${item.delivery.join('、')}`,
      `Choose how the result is delivered: ${item.delivery.join(', ')}`,
    )
  }
  if (inbound === 'window' && channel === 'online') {
    say(
      '/transport/inbound',
      'AT_A_COUNTER',
      '到窗口递交的，由窗口收件；网上申请请上传或寄送材料',
      'Papers brought to a window are lodged there; online, upload them or have them collected',
    )
  }
  if (inbound === 'ems' && transport.sender === undefined) {
    say(
      '/transport/sender',
      'REQUIRED',
      '请填写上门揽收的地址',
      'Give the address for the courier to collect from',
    )
  }
  if (delivery === 'ems' && transport.recipient === undefined) {
    say('/transport/recipient', 'REQUIRED', '请填写收件地址', 'Give the address for delivery')
  }
  return problems
}
