import { timingSafeEqual } from 'node:crypto'
import { smsTemplates, type SmsTemplateCode } from '../../contracts/messaging.ts'
import { parseJson } from '../validated.ts'
import { signRpc } from './signature.ts'
import { API_VERSION } from './wire.ts'

/** Gateway errors come with an HTTP status; business answers (isv.*) with 200. */
export interface RpcError {
  status: number
  code: string
  message: string
}

const error = (status: number, code: string, message: string): RpcError => ({
  status,
  code,
  message,
})

export type RpcParams = Readonly<Record<string, string>>

export interface SmsAccount {
  accessKeyId: string
  accessKeySecret: string
}

const SKEW_MS = 15 * 60_000
const COMMON = ['AccessKeyId', 'Action', 'SignatureNonce', 'Timestamp', 'Version', 'Signature']

export type NonceBook = ReturnType<typeof createNonceBook>

/** Nonces of the last half hour: older ones cannot come back, their timestamp is too old. */
export function createNonceBook() {
  const usedAt = new Map<string, number>()
  return {
    /** False when it was used before. */
    use(nonce: string, now: Date): boolean {
      if (usedAt.has(nonce)) return false
      usedAt.set(nonce, now.getTime())
      // Insertion order is time order, so only the head can be outdated.
      for (const [old, at] of usedAt) {
        if (now.getTime() - at <= 2 * SKEW_MS) break
        usedAt.delete(old)
      }
      return true
    },
  }
}

/** The gateway's checks in front of every action; undefined = let in. */
export function checkRpc(
  params: RpcParams,
  account: SmsAccount,
  nonces: NonceBook,
  now: Date,
): RpcError | undefined {
  const missing = COMMON.find((name) => !params[name])
  if (missing) return error(400, `Missing${missing}`, `${missing} is mandatory for this action.`)
  if (params['Version'] !== API_VERSION) {
    return error(400, 'InvalidVersion', 'Specified parameter Version is not valid.')
  }
  if (params['SignatureMethod'] !== 'HMAC-SHA1' || params['SignatureVersion'] !== '1.0') {
    return error(400, 'InvalidParameter.Signature', 'Signature method or version is not supported.')
  }
  if (params['AccessKeyId'] !== account.accessKeyId) {
    return error(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.')
  }
  const sentAt = rpcTime(params['Timestamp'] ?? '')
  if (sentAt === undefined) {
    return error(400, 'InvalidTimeStamp.Format', 'Specified time stamp is not well formatted.')
  }
  if (Math.abs(sentAt - now.getTime()) > SKEW_MS) {
    return error(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.')
  }
  if (!signatureFits(params, account.accessKeySecret)) {
    return error(
      400,
      'SignatureDoesNotMatch',
      'Specified signature does not match our calculation.',
    )
  }
  if (!nonces.use(params['SignatureNonce'] ?? '', now)) {
    return error(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.')
  }
  return undefined
}

function rpcTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

function signatureFits(params: RpcParams, secret: string): boolean {
  const expected = Buffer.from(signRpc('POST', params, secret))
  const given = Buffer.from(params['Signature'] ?? '')
  return expected.length === given.length && timingSafeEqual(expected, given)
}

export interface CheckedSms {
  phone: string
  signName: string
  templateCode: SmsTemplateCode
  outId: string
  content: string
}

const MAX_CONTENT = 500
const URL_IN_TEXT = /https?:\/\/|www\./i

/** What the operator demands of one SendSms; the codes are the operator's (domain.md §7). */
export function checkSendSms(
  params: RpcParams,
  signNames: readonly string[],
): { sms: CheckedSms } | { error: RpcError } {
  const refuse = (code: string, message: string) => ({ error: error(200, code, message) })
  for (const name of ['PhoneNumbers', 'SignName', 'TemplateCode']) {
    if (!params[name]) return { error: error(400, `Missing${name}`, `${name} is mandatory.`) }
  }
  const phone = params['PhoneNumbers'] ?? ''
  // A list is allowed by the operator, but one outId for many phones could not be reconciled.
  if (phone.includes(',')) return refuse('isv.MOBILE_COUNT_OVER_LIMIT', '手机号码数量超过限制')
  if (!/^1[3-9]\d{9}$/.test(phone)) return refuse('isv.MOBILE_NUMBER_ILLEGAL', '非法手机号')
  const signName = params['SignName'] ?? ''
  if (!signNames.includes(signName)) return refuse('isv.SMS_SIGNATURE_ILLEGAL', '短信签名不合法')
  const code = params['TemplateCode'] ?? ''
  if (!isTemplate(code)) return refuse('isv.SMS_TEMPLATE_ILLEGAL', '短信模板不合法')

  const given = parseJson(params['TemplateParam'] ?? '{}')
  if (!isTextRecord(given))
    return refuse('isv.INVALID_JSON_PARAM', 'JSON参数不合法，只接受字符串值')
  const { variables, text } = smsTemplates[code]
  if (variables.some((name) => !given[name])) {
    return refuse('isv.TEMPLATE_MISSING_PARAMETERS', '模板缺少变量')
  }
  if (Object.values(given).some((value) => URL_IN_TEXT.test(value))) {
    return refuse('isv.PARAM_NOT_SUPPORT_URL', '不支持URL')
  }
  const filled = text.replace(/\$\{(\w+)\}/g, (_whole, name: string) => given[name] ?? '')
  const content = `【${signName}】${filled}`
  if (content.length > MAX_CONTENT) return refuse('isv.PARAM_LENGTH_LIMIT', '参数超出长度限制')
  return { sms: { phone, signName, templateCode: code, outId: params['OutId'] ?? '', content } }
}

function isTemplate(code: string): code is SmsTemplateCode {
  return Object.hasOwn(smsTemplates, code)
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'string')
  )
}
