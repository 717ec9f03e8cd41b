import { Type, type Static } from 'typebox'

/**
 * The SMS templates filed with the operator: code -> the text and its variables. No template has a
 * variable for a name or an identity number (domain.md §7), so neither can be sent by mistake.
 */
export const smsTemplates = {
  SMS_RECEIVED: {
    variables: ['caseNo', 'queryCode'],
    text: '您的申请已收件，办件编号${caseNo}，查询密码${queryCode}。收件不等于受理，请留意后续通知。',
  },
  SMS_ACCEPTED: {
    variables: ['caseNo', 'dueDate'],
    text: '您的办件${caseNo}已受理，承诺于${dueDate}前办结。',
  },
  SMS_CORRECTION: {
    variables: ['caseNo', 'count', 'deadline'],
    text: '您的办件${caseNo}需补正${count}项材料，请于${deadline}前补正，详见补正告知书。',
  },
  SMS_DECIDED: {
    variables: ['caseNo', 'result'],
    text: '您的办件${caseNo}已作出决定：${result}。',
  },
  SMS_DISPATCHED: {
    variables: ['caseNo', 'waybillNo'],
    text: '您的办件${caseNo}的结果文书已交邮政寄出，邮件号${waybillNo}。',
  },
  SMS_WITHDRAWN: { variables: ['caseNo'], text: '您的办件${caseNo}已按您的申请撤回。' },
  SMS_TERMINATED: { variables: ['caseNo'], text: '您的办件${caseNo}已终止办理，详见通知书。' },
  SMS_REFUSED_ACCEPTANCE: {
    variables: ['caseNo'],
    text: '您的办件${caseNo}决定不予受理，理由和救济途径详见决定书。',
  },
  SMS_TOLERANCE: {
    variables: ['caseNo', 'deadline'],
    text: '您的办件${caseNo}已容缺受理，请于${deadline}前补齐所缺材料。',
  },
} as const satisfies Record<string, { variables: readonly string[]; text: string }>

export type SmsTemplateCode = keyof typeof smsTemplates
export const smsTemplateCodes = Object.keys(smsTemplates) as SmsTemplateCode[]
export const SmsTemplateCode = Type.Unsafe<SmsTemplateCode>(
  Type.Union(smsTemplateCodes.map((code) => Type.Literal(code))),
)

/** One text message. `outId` is our key for it; the operator does not dedupe on it (domain.md §7). */
export const SmsMessage = Type.Object(
  {
    phone: Type.String({ pattern: '^1[3-9]\\d{9}$' }),
    signName: Type.String({ minLength: 1, maxLength: 20 }),
    templateCode: SmsTemplateCode,
    params: Type.Record(Type.String(), Type.String({ maxLength: 100 })),
    outId: Type.String({ minLength: 1, maxLength: 100 }),
  },
  { additionalProperties: false },
)
export type SmsMessage = Static<typeof SmsMessage>

/** A file sent with a mail: base64, since this shape also travels through JSON. */
export const MailAttachment = Type.Object(
  {
    filename: Type.String({ minLength: 1, maxLength: 200 }),
    contentType: Type.String({ minLength: 1, maxLength: 100 }),
    contentBase64: Type.String(),
  },
  { additionalProperties: false },
)
export type MailAttachment = Static<typeof MailAttachment>

/** One mail. `messageKey` is our key; the Message-ID is derived from it, so a repeat is recognised. */
export const MailMessage = Type.Object(
  {
    to: Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s<>,;@]+@[^\\s<>,;@]+$' }),
    subject: Type.String({ minLength: 1, maxLength: 200 }),
    text: Type.String({ minLength: 1, maxLength: 20_000 }),
    html: Type.Optional(Type.String({ maxLength: 100_000 })),
    messageKey: Type.String({ minLength: 1, maxLength: 200 }),
    attachments: Type.Optional(Type.Array(MailAttachment, { maxItems: 10 })),
  },
  { additionalProperties: false },
)
export type MailMessage = Static<typeof MailMessage>
