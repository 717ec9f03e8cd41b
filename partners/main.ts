import closeWithGrace from 'close-with-grace'
import { readSettings, type Settings } from './settings.ts'
import { startSimulators, type Simulators } from './simulators.ts'

/** `npm run start:partners`: every simulated partner in one process, until a signal ends it. */
async function start(settings: Settings): Promise<Simulators> {
  const orUndefined = (text: string) => (text === '' ? undefined : text)
  const user = orUndefined(settings.MAIL_USER)
  return startSimulators({
    clock: { now: () => new Date() },
    host: settings.PARTNERS_HOST,
    httpPort: settings.PARTNERS_PORT,
    smtpPort: settings.PARTNERS_SMTP_PORT,
    dataDir: orUndefined(settings.PARTNERS_DATA_DIR),
    ems: {
      senderNo: settings.EMS_SENDER_NO,
      authorization: settings.EMS_AUTHORIZATION,
      signKey: settings.EMS_SIGN_KEY,
      pushUrl: orUndefined(settings.EMS_PUSH_URL),
      autoMs: settings.EMS_AUTO_MS,
    },
    sms: {
      accessKeyId: settings.SMS_ACCESS_KEY_ID,
      accessKeySecret: settings.SMS_ACCESS_KEY_SECRET,
      signName: settings.SMS_SIGN_NAME,
      reportUrl: orUndefined(settings.SMS_REPORT_URL),
    },
    mail: user === undefined ? {} : { user, password: settings.MAIL_PASSWORD },
  })
}

try {
  const simulators = await start(readSettings(process.env))
  closeWithGrace({ delay: 5000 }, () => simulators.close())
  console.log(`partners ready ${simulators.url} smtp ${simulators.smtpHost}:${simulators.smtpPort}`)
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause)
  process.exitCode = 1
}
