import { afterEach } from 'vitest'
import type { CourierOrder } from '../../contracts/courier.ts'
import type { SmsMessage } from '../../contracts/messaging.ts'
import { demoKeys } from '../../partners/demo-keys.ts'
import { createEmsGateway, type EmsGatewayOptions } from '../../partners/ems/gateway.ts'
import {
  startSimulators,
  type Simulators,
  type SimulatorsOptions,
} from '../../partners/simulators.ts'
import { createSmsGateway, type SmsGatewayOptions } from '../../partners/sms/gateway.ts'

/** Everything a test opened, closed after it whatever happened. */
const open: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

export function closeAfterTest(close: () => Promise<void>): void {
  open.push(close)
}

/** A clock that stands still until it is moved. */
export function clockAt(iso: string) {
  let at = new Date(iso)
  return {
    now: () => at,
    move: (ms: number) => {
      at = new Date(at.getTime() + ms)
    },
  }
}

export const clock = () => clockAt('2026-03-02T09:00:00+08:00')

export async function simulators(options: SimulatorsOptions): Promise<Simulators> {
  const started = await startSimulators({ httpPort: 0, smtpPort: 0, ...options })
  closeAfterTest(started.close)
  return started
}

export function emsGateway(
  options: Pick<EmsGatewayOptions, 'baseUrl' | 'clock'> & Partial<EmsGatewayOptions>,
) {
  const gateway = createEmsGateway({ ...demoKeys.ems, ...options })
  closeAfterTest(gateway.close)
  return gateway
}

export function smsGateway(
  options: Pick<SmsGatewayOptions, 'baseUrl' | 'clock'> & Partial<SmsGatewayOptions>,
) {
  const gateway = createSmsGateway({
    accessKeyId: demoKeys.sms.accessKeyId,
    accessKeySecret: demoKeys.sms.accessKeySecret,
    ...options,
  })
  closeAfterTest(gateway.close)
  return gateway
}

export function courierOrder(more: Partial<CourierOrder> = {}): CourierOrder {
  return {
    logisticsOrderNo: 'YC-2026-000001-out',
    direction: 'outbound',
    sender: {
      name: '天河区政务服务中心',
      mobile: '020-38622000',
      prov: '广东省',
      city: '广州市',
      county: '天河区',
      address: '软件路13号',
    },
    receiver: {
      name: '张三丰',
      mobile: '13800138000',
      prov: '广东省',
      city: '广州市',
      county: '天河区',
      address: '天河路1号101房',
    },
    contents: 'document',
    paymentMode: 'receiver',
    pickup: true,
    ...more,
  }
}

export function smsMessage(more: Partial<SmsMessage> = {}): SmsMessage {
  return {
    phone: '13800138000',
    signName: demoKeys.sms.signName,
    templateCode: 'SMS_RECEIVED',
    params: { caseNo: 'YC2026030200001', queryCode: '482913' },
    outId: 'effect-1',
    ...more,
  }
}

/** JSON of an admin address; throws on anything but 200. */
export async function admin<Shape>(url: string, body?: unknown): Promise<Shape> {
  const answer = await fetch(
    url,
    body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
  )
  if (answer.status !== 200) throw new Error(`admin ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Shape
}

export interface EmsOrders {
  orders: {
    logisticsOrderNo: string
    waybillNo: string
    requests: number
    parcels: number
    opCodes: string[]
  }[]
  unpushed: number
}

export interface SmsMessages {
  messages: { outId: string; phone: string; content: string; bizId: string; status: number }[]
}
