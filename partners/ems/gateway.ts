import type { Clock } from '../clock.ts'
import { formatChinaTime } from '../china-time.ts'
import { createHttpClient, type HttpLimits } from '../http-client.ts'
import { PartnerFault } from '../partner-fault.ts'
import { quotable } from '../quotable.ts'
import { parseJson } from '../validated.ts'
import { sealEnvelope } from './envelope.ts'
import { toOrderBody } from './order-body.ts'
import type { CourierGateway, CourierRefusal } from './port.ts'
import { openPush, pushAnswer } from './push.ts'
import {
  OK,
  PROTOCOL_VERSION,
  apiCodes,
  checkCreatedBody,
  checkReply,
  checkTracesBody,
  toTraces,
} from './wire.ts'

export interface EmsGatewayOptions {
  /** The whole address requests are posted to: `…/amp-prod-api/f/amp/api/open` (or `/test`). */
  baseUrl: string
  /** 协议客户号, 授权码, and the SM4 key as the post office's base64 text. */
  senderNo: string
  authorization: string
  signKey: string
  clock: Clock
  http?: HttpLimits
}

type Answer = { kind: 'ok'; message: string; body: unknown } | CourierRefusal

/** The EMS open platform as a CourierGateway (domain.md §6). */
export function createEmsGateway(options: EmsGatewayOptions): CourierGateway {
  const { baseUrl, senderNo, authorization, signKey, clock } = options
  // A wrong key must stop the start of the process, not the first parcel.
  sealEnvelope('', signKey)
  const http = createHttpClient('ems', options.http)

  async function call(apiCode: string, message: unknown): Promise<Answer> {
    const answer = await http.postForm(baseUrl, {
      apiCode,
      senderNo,
      authorization,
      msgType: '0',
      timeStamp: formatChinaTime(clock.now()),
      version: PROTOCOL_VERSION,
      logitcsInterface: sealEnvelope(JSON.stringify(message), signKey),
    })
    if (answer.status !== 200) throw unusable(`HTTP ${answer.status}`)
    const reply = checkReply(parseJson(answer.text))
    if ('fault' in reply) throw unusable(`reply ${reply.fault}`)
    const { retCode, retMsg, retBody } = reply.value
    if (retCode !== OK) return { kind: 'refused', code: retCode, message: quotable(retMsg) }
    return { kind: 'ok', message: retMsg ?? '', body: parseJson(retBody ?? '') }
  }

  return {
    async create(order) {
      const answer = await call(apiCodes.createOrder, [toOrderBody(order, clock.now())])
      if (answer.kind === 'refused') return answer
      const body = checkCreatedBody(answer.body)
      if ('fault' in body) throw unusable(`retBody ${body.fault}`)
      return { kind: 'booked', waybillNo: body.value.waybillNo }
    },

    async cancel({ logisticsOrderNo, waybillNo, reason }) {
      const answer = await call(apiCodes.cancelOrder, {
        logisticsOrderNo,
        waybillNo,
        cancelReason: reason,
      })
      return answer.kind === 'refused' ? answer : { kind: 'cancelled' }
    },

    async track(waybillNo) {
      const answer = await call(apiCodes.queryTraces, { waybillNo, direction: '0' })
      if (answer.kind === 'refused') return answer
      // No scan yet comes as 00000 with an empty retBody and "无…信息" in retMsg (domain.md §6).
      if (answer.body === undefined || answer.body === null) {
        return { kind: 'tracked', known: false, traces: [] }
      }
      const body = checkTracesBody(answer.body)
      if ('fault' in body) throw unusable(`retBody ${body.fault}`)
      const own = body.value.responseItems.filter((item) => item.waybillNo === waybillNo)
      const traces = toTraces(own)
      if (!traces) throw unusable('retBody opTime')
      return { kind: 'tracked', known: traces.length > 0, traces }
    },

    openPush: (body) => openPush(body, { senderNo, signKey }),
    pushAnswer: (serialNo, outcome) => pushAnswer(serialNo, outcome, senderNo),
    close: () => http.close(),
  }
}

/** It answered, but not as agreed: whether it acted is not known, and a repeat is harmless. */
function unusable(what: string): PartnerFault {
  return new PartnerFault('ems', `unusable answer (${what})`, { maybeDone: true })
}
