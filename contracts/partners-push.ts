/** What partners call back with, and the answers they wait for (their formats, not ours). */
import { Type, type Static } from 'typebox'

/** EMS 040002: form-urlencoded, one encrypted field; opened and checked by partners/ems. */
export const EmsPushForm = Type.Record(
  Type.String({ maxLength: 64 }),
  Type.String({ maxLength: 400_000 }),
  { maxProperties: 30 },
)

/** Only 00000 stops the courier from pushing the same scan again. */
export const EmsPushAnswer = Type.Object({
  serialNo: Type.String(),
  code: Type.String(),
  codeMessage: Type.String(),
  senderNo: Type.String(),
})
export type EmsPushAnswer = Static<typeof EmsPushAnswer>

/** Aliyun SmsReport: an array of reports, checked by partners/sms. */
export const SmsReportBody = Type.Array(Type.Unknown(), { maxItems: 500 })

export const SmsReportAnswer = Type.Object({ code: Type.Integer(), msg: Type.String() })
export type SmsReportAnswer = Static<typeof SmsReportAnswer>
