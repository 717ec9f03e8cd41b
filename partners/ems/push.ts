import type { OpenedPush, PushAnswer, PushOutcome } from './port.ts'
import { parseJson } from '../validated.ts'
import { openEnvelope } from './envelope.ts'
import { OK, apiCodes, checkPushedBody, toTraces } from './wire.ts'

export interface PushKeys {
  senderNo: string
  signKey: string
}

const MAX_PUSH_CHARS = 1_000_000

/** Never throws: whatever a stranger sends is answered with a refusal. */
export function openPush(body: unknown, keys: PushKeys): OpenedPush {
  const form = fieldsOf(body)
  const serialNo = /^[\w-]{1,64}$/.test(form['serialNo'] ?? '') ? (form['serialNo'] ?? '') : ''
  const refused = (reason: Exclude<PushOutcome, 'stored'>): OpenedPush => ({
    kind: 'refused',
    serialNo,
    reason,
  })

  // Pushes name the interface `method`; requests call the same thing `apiCode`.
  const interfaceCode = form['method'] ?? form['apiCode']
  const envelope = form['logitcsInterface']
  if (!serialNo || interfaceCode !== apiCodes.pushTraces || !envelope) return refused('not-a-push')
  if (form['senderNo'] !== keys.senderNo) return refused('foreign-sender')

  const opened = openEnvelope(envelope, keys.signKey)
  if (opened === undefined) return refused('cannot-decrypt')
  const checked = checkPushedBody(parseJson(opened.text))
  if ('fault' in checked) return refused('not-a-trace')
  const traces = toTraces([checked.value].flat())
  return traces ? { kind: 'traces', serialNo, traces } : refused('not-a-trace')
}

const ANSWERS = {
  stored: [OK, '成功'],
  'not-a-push': ['10001', '报文格式错误'],
  'foreign-sender': ['10002', '协议客户号不符'],
  'cannot-decrypt': ['10003', '解密失败'],
  'not-a-trace': ['10004', '轨迹内容错误'],
} as const satisfies Record<PushOutcome, readonly [code: string, message: string]>

/** `stored` only after the transaction that stored the scans: 00000 makes the courier forget them. */
export function pushAnswer(serialNo: string, outcome: PushOutcome, senderNo: string): PushAnswer {
  const [code, codeMessage] = ANSWERS[outcome]
  return { serialNo, code, codeMessage, senderNo }
}

/** A parsed form, a JSON object, or the raw text of either. */
function fieldsOf(body: unknown): Record<string, string | undefined> {
  if (typeof body === 'string') {
    if (body.length > MAX_PUSH_CHARS) return {}
    const json = body.trimStart().startsWith('{') ? parseJson(body) : undefined
    return json === undefined ? Object.fromEntries(new URLSearchParams(body)) : fieldsOf(json)
  }
  if (typeof body !== 'object' || body === null) return {}
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string' && value.length <= MAX_PUSH_CHARS) fields[name] = value
  }
  return fields
}
