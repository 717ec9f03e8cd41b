import { join } from 'node:path'
import { fastify } from 'fastify'
import type { Clock } from './clock.ts'
import { demoAddresses, demoKeys } from './demo-keys.ts'
import { registerEmsSimulator } from './ems/simulator.ts'
import { startMailSimulator } from './mail/simulator.ts'
import { acceptForms } from './simulator-http.ts'
import { registerSmsSimulator } from './sms/simulator.ts'

export interface SimulatorsOptions {
  clock: Clock
  host?: string
  /** 0 = any free port. */
  httpPort?: number
  smtpPort?: number
  /** Folder of the append-only files; without it everything is forgotten at the end. */
  dataDir?: string | undefined
  ems?: {
    senderNo?: string
    authorization?: string
    signKey?: string
    pushUrl?: string | undefined
    autoMs?: number
  }
  sms?: {
    accessKeyId?: string
    accessKeySecret?: string
    signName?: string
    reportUrl?: string | undefined
  }
  mail?: { user?: string | undefined; password?: string | undefined }
}

export interface Simulators {
  /** `http://host:port` */
  url: string
  emsUrl: string
  smsUrl: string
  smtpHost: string
  smtpPort: number
  close: () => Promise<void>
}

const BODY_LIMIT = 2 * 1_048_576

/** Starts every simulated partner; nothing is left open when it throws or after `close`. */
export async function startSimulators(options: SimulatorsOptions): Promise<Simulators> {
  const { clock, dataDir, host = demoAddresses.host } = options
  const journalPath = (name: string) => (dataDir === undefined ? undefined : join(dataDir, name))
  // No logger: requests carry names and phones. forceCloseConnections: keep-alive must not hold `close`.
  const app = fastify({ logger: false, bodyLimit: BODY_LIMIT, forceCloseConnections: true })
  const closers: (() => Promise<void>)[] = [() => app.close()]
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0)) await closer()
  }

  try {
    acceptForms(app)
    const ems = registerEmsSimulator(app, {
      ...demoKeys.ems,
      ...options.ems,
      clock,
      journalPath: journalPath('ems.jsonl'),
    })
    closers.push(() => ems.close())
    const { signName = demoKeys.sms.signName, ...smsOptions } = options.sms ?? {}
    const sms = registerSmsSimulator(app, {
      accessKeyId: demoKeys.sms.accessKeyId,
      accessKeySecret: demoKeys.sms.accessKeySecret,
      ...smsOptions,
      signNames: [signName],
      clock,
      journalPath: journalPath('sms.jsonl'),
    })
    closers.push(() => sms.close())
    const mail = await startMailSimulator(app, {
      ...(options.mail ?? { user: demoKeys.mail.user, password: demoKeys.mail.password }),
      clock,
      host,
      port: options.smtpPort ?? demoAddresses.smtpPort,
      journalPath: journalPath('mail.jsonl'),
    })
    closers.push(() => mail.close())
    app.get('/admin/health', async () => ({ ok: true }))

    const url = await app.listen({ host, port: options.httpPort ?? demoAddresses.httpPort })
    return {
      url,
      emsUrl: `${url}${demoAddresses.emsPath}`,
      smsUrl: `${url}${demoAddresses.smsPath}`,
      smtpHost: host,
      smtpPort: mail.port,
      close,
    }
  } catch (cause) {
    await close()
    throw cause
  }
}
