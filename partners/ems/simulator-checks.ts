import { Type, type Static } from 'typebox'
import { parseChinaTime } from '../china-time.ts'
import { checkOf, parseJson } from '../validated.ts'
import { openEnvelope } from './envelope.ts'
import { PROTOCOL_VERSION } from './wire.ts'

/**
 * What the real platform checks before it looks at an order. Its list of error codes is not public:
 * these codes are ours, and the adapter treats every code but 00000 alike.
 */
export const emsErrors = {
  unknownInterface: ['E1001', '接口代码不存在'],
  unknownSender: ['E1002', '协议客户号不存在'],
  wrongAuthorization: ['E1003', '授权码错误'],
  wrongMessageType: ['E1004', '消息格式不支持'],
  wrongVersion: ['E1005', '版本号错误'],
  wrongTime: ['E1006', '请求时间格式错误或已过期'],
  cannotDecrypt: ['E1007', '报文解密失败'],
  notJson: ['E1008', '报文不是JSON'],
  wrongOrder: ['E2001', '订单内容校验不通过'],
  cancelledOrder: ['E2002', '订单已取消，物流单号不可重复使用'],
  unknownOrder: ['E2003', '订单不存在'],
  alreadyCollected: ['E2004', '邮件已收寄，不能取消'],
} as const satisfies Record<string, readonly [code: string, message: string]>
export type EmsError = keyof typeof emsErrors

export interface EmsAccount {
  senderNo: string
  authorization: string
  signKey: string
}

/** Requests older or newer than this are refused. */
const SKEW_MS = 10 * 60_000

type Form = Readonly<Record<string, string | undefined>>

/** The envelope of one request -> its message, or why it is refused. */
export function checkEnvelope(
  form: Form,
  account: EmsAccount,
  now: Date,
): { message: unknown } | { error: EmsError } {
  if (form['senderNo'] !== account.senderNo) return { error: 'unknownSender' }
  if (form['authorization'] !== account.authorization) return { error: 'wrongAuthorization' }
  if (form['msgType'] !== '0') return { error: 'wrongMessageType' }
  if (form['version'] !== PROTOCOL_VERSION) return { error: 'wrongVersion' }
  const sentAt = parseChinaTime(form['timeStamp'] ?? '')
  if (!sentAt || Math.abs(sentAt.getTime() - now.getTime()) > SKEW_MS) return { error: 'wrongTime' }
  const opened = openEnvelope(form['logitcsInterface'] ?? '', account.signKey)
  if (!opened?.signed) return { error: 'cannotDecrypt' }
  const message = parseJson(opened.text)
  return message === undefined ? { error: 'notJson' } : { message }
}

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

const Party = Type.Object(
  {
    name: Text(50),
    mobile: Type.Optional(Type.String({ pattern: '^1[3-9]\\d{9}$' })),
    phone: Type.Optional(Type.String({ pattern: '^0\\d{2,3}-?\\d{7,8}(-\\d{1,5})?$' })),
    postCode: Type.Optional(Type.String({ pattern: '^\\d{6}$' })),
    prov: Text(20),
    city: Text(20),
    county: Text(20),
    address: Text(100),
  },
  { minProperties: 6 },
)

const Order = Type.Object({
  createdTime: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$' }),
  ecommerceUserId: Text(50),
  logisticsOrderNo: Text(50),
  contentsAttribute: Type.Union([Type.Literal('1'), Type.Literal('3')]),
  bizProductNo: Type.String({ pattern: '^(1|2|3|9|10|11)$' }),
  weight: Type.Optional(Type.String({ pattern: '^\\d{1,6}$' })),
  paymentMode: Type.String({ pattern: '^[124]$' }),
  pickupType: Type.String({ pattern: '^[01]$' }),
  note: Type.Optional(Type.String({ maxLength: 100 })),
  sender: Party,
  receiver: Party,
  cargos: Type.Array(Type.Object({ cargoName: Text(50), cargoQuantity: Text(5) }), {
    minItems: 1,
    maxItems: 20,
  }),
})
export type WireOrder = Static<typeof Order>

/** 020003 takes an array; one order in it, as this account was agreed. */
export const checkOrders = checkOf(Type.Array(Order, { minItems: 1, maxItems: 1 }))

export const checkCancel = checkOf(
  Type.Object({ logisticsOrderNo: Text(50), waybillNo: Text(13), cancelReason: Text(200) }),
)

export const checkTraceQuery = checkOf(
  Type.Object({ waybillNo: Text(13), direction: Type.Optional(Type.String({ maxLength: 1 })) }),
)
