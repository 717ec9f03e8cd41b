import { Type, type Static } from 'typebox'
import { checkOf } from '../validated.ts'

/** The operator's replies (dysmsapi 2017-05-25). Extra fields are allowed. */
export const API_VERSION = '2017-05-25'

const Text = (maxLength: number) => Type.String({ maxLength })

const Reply = Type.Object({
  Code: Type.String({ minLength: 1, maxLength: 100 }),
  Message: Type.Optional(Text(2000)),
  RequestId: Type.Optional(Text(100)),
  BizId: Type.Optional(Text(100)),
})
export const checkReply = checkOf(Reply)

const Detail = Type.Object({
  OutId: Type.Optional(Text(300)),
  SendStatus: Type.Integer({ minimum: 1, maximum: 3 }),
  ErrCode: Type.Optional(Text(100)),
  SendDate: Type.Optional(Text(30)),
})
export type WireDetail = Static<typeof Detail>

const Details = Type.Object({
  TotalCount: Type.Union([Type.Integer(), Type.String({ pattern: '^\\d+$' })]),
  SmsSendDetailDTOs: Type.Object({ SmsSendDetailDTO: Type.Array(Detail, { maxItems: 50 }) }),
})
export const checkDetails = checkOf(Details)

const Report = Type.Object({
  phone_number: Text(30),
  report_time: Text(30),
  success: Type.Boolean(),
  err_code: Type.Optional(Text(100)),
  biz_id: Text(100),
  out_id: Type.Optional(Text(300)),
})
export const checkReports = checkOf(Type.Array(Report, { minItems: 1, maxItems: 1000 }))
