/** From a notice and its facts to the words on the phone and in the mail. Pure; the ledger keeps only facts. */
import type { Static } from 'typebox'
import { Type } from 'typebox'
import {
  smsTemplates,
  type MailMessage,
  type SmsMessage,
  type SmsTemplateCode,
} from '../../contracts/messaging.ts'
import { NoticeKind as NoticeKindSchema } from '../../contracts/topics.ts'
import type { NoticeKind, NoticeParams } from './notice-params.ts'

const Params = Type.Record(Type.String(), Type.String())

/** `effect.request` of kind `sms.send`. */
export const SmsRequest = Type.Object({
  notice: NoticeKindSchema,
  phone: Type.String(),
  params: Params,
})
export type SmsRequest = Static<typeof SmsRequest>

/** `effect.request` of kind `mail.send`. */
export const MailRequest = Type.Object({
  notice: NoticeKindSchema,
  to: Type.String(),
  params: Params,
})
export type MailRequest = Static<typeof MailRequest>

const TEMPLATES = {
  received: 'SMS_RECEIVED',
  accepted: 'SMS_ACCEPTED',
  correction: 'SMS_CORRECTION',
  tolerance: 'SMS_TOLERANCE',
  'refused-acceptance': 'SMS_REFUSED_ACCEPTANCE',
  decided: 'SMS_DECIDED',
  dispatched: 'SMS_DISPATCHED',
  withdrawn: 'SMS_WITHDRAWN',
  terminated: 'SMS_TERMINATED',
} as const satisfies Record<NoticeKind, SmsTemplateCode>

const SUBJECTS = {
  received: '您的申请已收件',
  accepted: '您的申请已受理',
  correction: '您的申请需要补正材料',
  tolerance: '您的申请已容缺受理，请补齐材料',
  'refused-acceptance': '您的申请不予受理',
  decided: '您的申请已作出决定',
  dispatched: '您的结果文书已寄出',
  withdrawn: '您的申请已撤回',
  terminated: '您的申请已终止办理',
} as const satisfies Record<NoticeKind, string>

/** @param key our key of the message (`outId`): the operator's report and a later look-up carry it back */
export function toSmsMessage(request: SmsRequest, signName: string, key: string): SmsMessage {
  return {
    phone: request.phone,
    signName,
    templateCode: TEMPLATES[request.notice],
    params: { ...request.params },
    outId: key,
  }
}

export function toMailMessage(request: MailRequest, publicUrl: string, key: string): MailMessage {
  const text = filled(smsTemplates[TEMPLATES[request.notice]].text, request.params)
  return {
    to: request.to,
    subject: `${SUBJECTS[request.notice]}（${request.params['caseNo'] ?? ''}）`,
    text: [
      text,
      '',
      `查询办理进度、下载文书：${publicUrl}（凭办件编号和查询密码）。`,
      '本邮件由系统发出，请勿回复。任何人以本件名义向您索要密码或收费的，均属假冒。',
    ].join('\n'),
    messageKey: key,
  }
}

function filled(template: string, params: NoticeParams): string {
  return template.replace(/\$\{(\w+)\}/g, (_all, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`the notice lacks ${name}`)
    return value
  })
}
