import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { CourierOrder, CourierTrace, ParcelState } from '../../contracts/courier.ts'
import { MailMessage, SmsMessage } from '../../contracts/messaging.ts'
import { courierOrder, smsMessage } from './given-simulators.ts'

const ajv = new Ajv({ strict: true, coerceTypes: false, removeAdditional: false })

describe('the shapes for the courier and for messages', () => {
  it.each(Object.entries({ CourierOrder, CourierTrace, ParcelState, SmsMessage, MailMessage }))(
    'given %s, then strict ajv compiles it',
    (_name, schema) => {
      expect(ajv.compile(schema)).toBeTypeOf('function')
    },
  )

  it.each([
    ['an ordinary order', courierOrder(), true],
    ['an identity number on it', { ...courierOrder(), idCardNo: '440106199003071231' }, false],
    ['a key that is too long', courierOrder({ logisticsOrderNo: 'x'.repeat(51) }), false],
    ['goods', { ...courierOrder(), contents: 'goods' }, false],
  ])('given %s, then the shape decides', (_what, order, fit) => {
    expect(ajv.validate(CourierOrder, order)).toBe(fit)
  })

  it.each([
    ['an ordinary message', smsMessage(), true],
    ['a template nobody filed', { ...smsMessage(), templateCode: 'SMS_HELLO' }, false],
    ['a landline', smsMessage({ phone: '02038622000' }), false],
  ])('given %s, then the shape decides', (_what, message, fit) => {
    expect(ajv.validate(SmsMessage, message)).toBe(fit)
  })
})
