import { Type, type Static } from 'typebox'
import { demoAddresses, demoKeys } from './demo-keys.ts'
import { checkOf } from './validated.ts'

const Port = Type.Integer({ minimum: 0, maximum: 65_535 })
const Key = Type.String({ minLength: 1, maxLength: 200 })
const Address = Type.String({ pattern: '^(https?://\\S+)?$', maxLength: 500 })

const Settings = Type.Object({
  PARTNERS_HOST: Key,
  PARTNERS_PORT: Port,
  PARTNERS_SMTP_PORT: Port,
  PARTNERS_DATA_DIR: Type.String({ maxLength: 1000 }),
  EMS_SENDER_NO: Key,
  EMS_AUTHORIZATION: Key,
  EMS_SIGN_KEY: Type.String({ pattern: '^[A-Za-z0-9+/]{22}==$' }),
  EMS_PUSH_URL: Address,
  EMS_AUTO_MS: Type.Integer({ minimum: 0, maximum: 86_400_000 }),
  SMS_ACCESS_KEY_ID: Key,
  SMS_ACCESS_KEY_SECRET: Key,
  SMS_SIGN_NAME: Type.String({ minLength: 1, maxLength: 20 }),
  SMS_REPORT_URL: Address,
  MAIL_USER: Type.String({ maxLength: 200 }),
  MAIL_PASSWORD: Type.String({ maxLength: 200 }),
})
export type Settings = Static<typeof Settings>

const DEFAULTS: Settings = {
  PARTNERS_HOST: demoAddresses.host,
  PARTNERS_PORT: demoAddresses.httpPort,
  PARTNERS_SMTP_PORT: demoAddresses.smtpPort,
  PARTNERS_DATA_DIR: '.data/partners',
  EMS_SENDER_NO: demoKeys.ems.senderNo,
  EMS_AUTHORIZATION: demoKeys.ems.authorization,
  EMS_SIGN_KEY: demoKeys.ems.signKey,
  EMS_PUSH_URL: demoAddresses.emsPushUrl,
  EMS_AUTO_MS: 0,
  SMS_ACCESS_KEY_ID: demoKeys.sms.accessKeyId,
  SMS_ACCESS_KEY_SECRET: demoKeys.sms.accessKeySecret,
  SMS_SIGN_NAME: demoKeys.sms.signName,
  SMS_REPORT_URL: demoAddresses.smsReportUrl,
  MAIL_USER: demoKeys.mail.user,
  MAIL_PASSWORD: demoKeys.mail.password,
}

const check = checkOf(Settings)

/**
 * Environment variables -> settings of the simulators. An empty EMS_PUSH_URL, SMS_REPORT_URL,
 * PARTNERS_DATA_DIR or MAIL_USER switches that thing off. Throws, naming the variable, never its value.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, fallback] of Object.entries(DEFAULTS)) {
    const text = env[name]
    if (text === undefined) continue
    given[name] = typeof fallback === 'number' && /^\d+$/.test(text) ? Number(text) : text
  }
  const checked = check(given)
  if ('fault' in checked) throw new Error(`partner simulators: bad setting ${checked.fault}`)
  return checked.value
}
