import { randomInt, randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { formatChinaTime } from '../china-time.ts'
import type { Clock } from '../clock.ts'
import { demoAddresses } from '../demo-keys.ts'
import { createFaults } from '../faults.ts'
import { createHttpClient } from '../http-client.ts'
import { openJournal } from '../journal.ts'
import { createPusher } from '../pusher.ts'
import { answer, registerFaultRoutes } from '../simulator-http.ts'
import {
  checkRpc,
  checkSendSms,
  createNonceBook,
  type RpcParams,
  type SmsAccount,
} from './simulator-checks.ts'
import { createSmsStore, type SentSms, type SmsEntry, type SmsLimits } from './simulator-store.ts'

export interface SmsSimulatorOptions extends SmsAccount {
  clock: Clock
  signNames: readonly string[]
  /** Where delivery reports are pushed to; without it none are. */
  reportUrl?: string | undefined
  journalPath?: string | undefined
  limits?: SmsLimits
}

export const SMS_API_PATH = demoAddresses.smsPath

/** High enough for a demo that plays a year in a minute; set the operator's real ones to feel them. */
const DEMO_LIMITS: SmsLimits = { perMinute: 10_000, perHour: 100_000, perDay: 1_000_000 }
/** The operator's pace is 1, 5, 10 minutes, then it gives up; here seconds. */
const REPORT_RETRY_MS = [1_000, 5_000, 10_000]
/** HTTP 批量推送: one call-back is a list and may hold many reports (domain.md §7); how many at most is not documented. */
const GATHER = { ms: 500, most: 100 }

const Control = Type.Object(
  {
    limits: Type.Optional(
      Type.Object(
        {
          perMinute: Type.Integer({ minimum: 0 }),
          perHour: Type.Integer({ minimum: 0 }),
          perDay: Type.Integer({ minimum: 0 }),
        },
        { additionalProperties: false },
      ),
    ),
    /** Phones on the operator's black list. */
    blocked: Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { maxItems: 1000 })),
    /** Phones that are switched off: accepted, but reported as failed. */
    unreachable: Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { maxItems: 1000 })),
  },
  { additionalProperties: false },
)
type Control = Static<typeof Control>

interface RpcAnswer {
  status: number
  body: object
}

/** An SMS operator that checks signature, time, nonce, template, phone and limits as the real one. */
export function registerSmsSimulator(app: FastifyInstance, options: SmsSimulatorOptions) {
  const { clock, reportUrl } = options
  const faults = createFaults()
  const store = createSmsStore(openJournal<SmsEntry>(options.journalPath))
  const nonces = createNonceBook()
  const http = createHttpClient('our-report-url', {
    totalMs: 5000,
    connectMs: 2000,
    maxBytes: 65_536,
  })
  const control: Required<Control> = {
    limits: options.limits ?? DEMO_LIMITS,
    blocked: [],
    unreachable: [],
  }

  const pusher = createPusher<SentSms>({
    faults,
    send: pushReports,
    taken: (sms) => store.reportTaken(sms.bizId),
    retryAfterMs: (tries) => REPORT_RETRY_MS[tries - 1],
    gather: GATHER,
  })

  async function pushReports(messages: readonly SentSms[]): Promise<boolean> {
    const reports = messages.map((sms) => {
      const success = !control.unreachable.includes(sms.phone)
      if (store.find(sms.bizId)?.reportedAt === undefined) {
        store.report(sms.bizId, clock.now().toISOString(), success)
      }
      return toReport(sms, success, clock.now())
    })
    if (reportUrl === undefined) return true
    const pushed = await http.postJson(reportUrl, reports)
    return pushed.status === 200
  }

  function sendSms(params: RpcParams): RpcAnswer {
    const checked = checkSendSms(params, options.signNames)
    if ('error' in checked) return refused(checked.error)
    const { sms } = checked
    const now = clock.now()
    if (control.blocked.includes(sms.phone)) {
      return refused({ status: 200, code: 'isv.BLACK_KEY_CONTROL_LIMIT', message: '黑名单管控' })
    }
    if (store.isOverLimit(sms.phone, sms.signName, control.limits, now)) {
      const message = '触发小时级流控Permits'
      return refused({ status: 200, code: 'isv.BUSINESS_LIMIT_CONTROL', message })
    }
    const bizId = `${randomInt(10 ** 11, 10 ** 12)}^${randomInt(10 ** 9)}`
    const entry: SentSms = { ...sms, bizId, sentAt: now.toISOString(), status: 1 }
    store.send(entry)
    pusher.add(entry)
    return ok({ BizId: bizId })
  }

  function querySendDetails(params: RpcParams): RpcAnswer {
    const size = Number(params['PageSize'])
    const page = Number(params['CurrentPage'])
    if (!/^\d{8}$/.test(params['SendDate'] ?? '') || !(size >= 1 && size <= 50) || !(page >= 1)) {
      return refused({ status: 200, code: 'isv.INVALID_PARAMETERS', message: '参数异常' })
    }
    const all = store.listOfDay(params['PhoneNumber'] ?? '', params['SendDate'] ?? '')
    const rows = all.slice((page - 1) * size, page * size).map(toDetail)
    return ok({ TotalCount: all.length, SmsSendDetailDTOs: { SmsSendDetailDTO: rows } })
  }

  const actions: Readonly<Record<string, (params: RpcParams) => RpcAnswer>> = {
    SendSms: sendSms,
    QuerySendDetails: querySendDetails,
  }

  app.post<{ Body: Record<string, string> | undefined; Querystring: Record<string, string> }>(
    SMS_API_PATH,
    async (request, reply) => {
      const params = { ...request.query, ...request.body }
      const wrong = checkRpc(params, options, nonces, clock.now())
      if (wrong) return reply.code(wrong.status).send(refused(wrong).body)
      const act = actions[params['Action'] ?? '']
      const result = act
        ? act(params)
        : refused({ status: 404, code: 'InvalidAction.NotFound', message: 'No such action.' })
      return answer(faults, request, reply.code(result.status), result.body)
    },
  )

  registerFaultRoutes(app, '/admin/sms/faults', faults)

  /** What was really sent, with the phone: this is the phone's own inbox, for demo and tests. */
  app.get('/admin/sms/messages', async () => ({
    messages: store.list(),
    pendingReports: pusher.pending(),
  }))

  app.post<{ Body: Control }>(
    '/admin/sms/control',
    { schema: { body: Control } },
    async (request) => Object.assign(control, request.body),
  )

  for (const untaken of store.listUntaken()) pusher.add(untaken)

  return {
    async close(): Promise<void> {
      await pusher.close()
      await http.close()
      store.close()
    },
  }
}

function ok(body: object): RpcAnswer {
  return { status: 200, body: { RequestId: newRequestId(), Code: 'OK', Message: 'OK', ...body } }
}

function refused(error: { status: number; code: string; message: string }): RpcAnswer {
  const body = { RequestId: newRequestId(), Code: error.code, Message: error.message }
  return { status: error.status, body }
}

function toDetail(sms: SentSms) {
  return {
    PhoneNum: sms.phone,
    OutId: sms.outId,
    TemplateCode: sms.templateCode,
    Content: sms.content,
    SendStatus: sms.status,
    SendDate: formatChinaTime(new Date(sms.sentAt)),
    ...(sms.reportedAt === undefined
      ? {}
      : {
          ReceiveDate: formatChinaTime(new Date(sms.reportedAt)),
          ErrCode: sms.status === 3 ? 'DELIVERED' : 'MK:0004',
        }),
  }
}

function toReport(sms: SentSms, success: boolean, now: Date) {
  return {
    phone_number: sms.phone,
    send_time: formatChinaTime(new Date(sms.sentAt)),
    report_time: formatChinaTime(now),
    success,
    err_code: success ? 'DELIVERED' : 'MK:0004',
    err_msg: success ? '用户接收成功' : '关机或不在服务区',
    sms_size: String(Math.max(1, Math.ceil(sms.content.length / 70))),
    biz_id: sms.bizId,
    out_id: sms.outId,
  }
}

function newRequestId(): string {
  return randomUUID().toUpperCase()
}
