import { randomUUID } from 'node:crypto'
import { formatChinaDay } from '../china-time.ts'
import type { Clock } from '../clock.ts'
import { createHttpClient, type HttpLimits } from '../http-client.ts'
import { PartnerFault } from '../partner-fault.ts'
import { quotable } from '../quotable.ts'
import { parseJson } from '../validated.ts'
import type { SendSmsResult, SmsDetail, SmsGateway } from './port.ts'
import { signRpc } from './signature.ts'
import { API_VERSION, checkDetails, checkReply, type WireDetail } from './wire.ts'

export interface SmsGatewayOptions {
  /** `https://dysmsapi.aliyuncs.com/` or a simulator. */
  baseUrl: string
  accessKeyId: string
  accessKeySecret: string
  clock: Clock
  http?: HttpLimits
  /** A sent message may take so long to show up in QuerySendDetails; before that, "not there" says nothing. */
  settleMs?: number
}

const PAGE_SIZE = 50
/** 50 pages of 50: more messages to one phone in one day than the operator lets through. */
const MAX_PAGES = 50
const DAY_MS = 86_400_000
/** QuerySendDetails remembers 30 days. */
const MEMORY_DAYS = 30
const STATUS = { 1: 'waiting', 2: 'failed', 3: 'delivered' } as const satisfies Record<
  number,
  SmsDetail['status']
>

/** Limits: the same message may pass later. */
const LATER = new Set(['isv.BUSINESS_LIMIT_CONTROL', 'isv.DAY_LIMIT_CONTROL'])
/** Our account is at fault, not this message: an operator must act, then the same message passes. */
const ACCOUNT = new Set([
  'isv.OUT_OF_SERVICE',
  'isv.AMOUNT_NOT_ENOUGH',
  'isv.ACCOUNT_ABNORMAL',
  'isv.ACCOUNT_NOT_EXISTS',
  'isv.PRODUCT_UN_SUBSCRIPT',
  'isv.PRODUCT_UNSUBSCRIBE',
])

/** Alibaba Cloud SMS over its RPC protocol (domain.md §7). */
export function createSmsGateway(options: SmsGatewayOptions): SmsGateway {
  const { baseUrl, accessKeyId, accessKeySecret, clock, settleMs = 5_000 } = options
  const http = createHttpClient('sms', options.http)

  /** Parameters go into the body, not the URL: a phone number must not reach an access log. */
  async function call(action: string, params: Record<string, string>): Promise<unknown> {
    const unsigned: Record<string, string> = {
      AccessKeyId: accessKeyId,
      Action: action,
      Format: 'JSON',
      RegionId: 'cn-hangzhou',
      SignatureMethod: 'HMAC-SHA1',
      SignatureNonce: randomUUID(),
      SignatureVersion: '1.0',
      Timestamp: `${clock.now().toISOString().slice(0, 19)}Z`,
      Version: API_VERSION,
      ...params,
    }
    const Signature = signRpc('POST', unsigned, accessKeySecret)
    const answer = await http.postForm(baseUrl, { ...unsigned, Signature })
    const reply = parseJson(answer.text)
    if (answer.status !== 200) {
      // 4xx is judged before anything is sent; after 5xx nobody knows.
      const checked = checkReply(reply)
      const code = 'fault' in checked ? `HTTP ${answer.status}` : checked.value.Code
      throw new PartnerFault('sms', `request refused (${code})`, {
        maybeDone: answer.status >= 500,
        code,
      })
    }
    return reply
  }

  const send: SmsGateway['send'] = async (message) => {
    const reply = checkReply(
      await call('SendSms', {
        PhoneNumbers: message.phone,
        SignName: message.signName,
        TemplateCode: message.templateCode,
        TemplateParam: JSON.stringify(message.params),
        OutId: message.outId,
      }),
    )
    if ('fault' in reply) throw unusable(reply.fault)
    const { Code, Message, BizId } = reply.value
    if (Code === 'OK')
      return BizId === undefined ? { kind: 'sent' } : { kind: 'sent', bizId: BizId }
    if (!Code.startsWith('isv.') || ACCOUNT.has(Code)) {
      throw new PartnerFault('sms', `not sent (${Code})`, {
        maybeDone: !Code.startsWith('isv.'),
        code: Code,
      })
    }
    return { kind: 'refused', code: Code, message: quotable(Message), later: LATER.has(Code) }
  }

  const find: SmsGateway['find'] = async (phone, day, outId) => {
    let seen = 0
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const reply = await call('QuerySendDetails', {
        PhoneNumber: phone,
        SendDate: formatChinaDay(day),
        PageSize: String(PAGE_SIZE),
        CurrentPage: String(page),
      })
      const head = checkReply(reply)
      if ('fault' in head) throw unusable(head.fault)
      if (head.value.Code !== 'OK') {
        throw new PartnerFault('sms', `no details (${head.value.Code})`, {
          maybeDone: false,
          code: head.value.Code,
        })
      }
      const details = checkDetails(reply)
      if ('fault' in details) throw unusable(details.fault)
      const rows = details.value.SmsSendDetailDTOs.SmsSendDetailDTO
      const found = rows.find((row) => row.OutId === outId)
      if (found) return toDetail(found, outId)
      seen += rows.length
      if (seen >= Number(details.value.TotalCount)) return undefined
      // Seen in the field: a count without its rows. To take that for "not sent" would send twice.
      if (rows.length === 0) throw unusable('fewer details than counted')
    }
    throw unusable('too many details')
  }

  const sendOnce: SmsGateway['sendOnce'] = async (
    message,
    firstTriedAt,
  ): Promise<SendSmsResult> => {
    if (firstTriedAt === undefined) return send(message)
    const now = clock.now()
    if (now.getTime() - firstTriedAt.getTime() > (MEMORY_DAYS - 1) * DAY_MS) {
      throw new PartnerFault('sms', 'first tried too long ago to look up', { maybeDone: true })
    }
    for (const day of daysBetween(firstTriedAt, now)) {
      const earlier = await find(message.phone, day, message.outId)
      if (earlier) return { kind: 'sent' }
    }
    if (now.getTime() - firstTriedAt.getTime() < settleMs) {
      throw new PartnerFault('sms', 'too early to know about the earlier try', { maybeDone: true })
    }
    return send(message)
  }

  return { send, find, sendOnce, close: () => http.close() }
}

/** One instant in each day (China) from the first to the last, both included. */
function daysBetween(first: Date, last: Date): Date[] {
  const days: Date[] = []
  for (let at = first; formatChinaDay(at) <= formatChinaDay(last);) {
    days.push(at)
    at = new Date(at.getTime() + DAY_MS)
  }
  return days
}

function toDetail(row: WireDetail, outId: string): SmsDetail {
  return {
    outId,
    status: STATUS[row.SendStatus as 1 | 2 | 3],
    errCode: row.ErrCode ?? '',
    sentAt: row.SendDate ?? '',
  }
}

function unusable(what: string): PartnerFault {
  return new PartnerFault('sms', `unusable answer (${what})`, { maybeDone: true })
}
