import { demoAddresses, demoKeys } from '../partners/demo-keys.ts'
import type { ClusterUrls } from '../core/database/prepare-cluster.ts'

import type { DataFolder } from './data-folder.ts'
import type { Secrets } from './secrets.ts'
import type { StartSettings } from './start-settings.ts'

type Env = Readonly<Record<string, string>>

export interface ChildEnvironments {
  /** Server and workers: the office itself. */
  readonly office: Env
  readonly engine: Env
  readonly partners: Env
  /** Seeding and publishing: the office's, and the right to migrate. */
  readonly seed: Env
  /** Maven and vite. */
  readonly build: Env
}

/**
 * What each part is told, by the names docs/operations.md lists for a real installation. A part
 * gets what it needs: only the engine knows the engine's database password, only the seed knows
 * the owner's. What the caller has set beside these (proxies, TZ, EMS_AUTO_MS) is passed on.
 */
export function childEnvironments(
  settings: StartSettings,
  folder: Pick<DataFolder, 'files' | 'partners'>,
  secrets: Secrets,
  urls: ClusterUrls,
  inherited: NodeJS.ProcessEnv,
): ChildEnvironments {
  const { ports } = settings
  const base = baseEnvironment(inherited)
  const partnersUrl = `http://127.0.0.1:${ports.partners}`
  // The simulators call the server where it listens, not where people find it.
  const serverUrl = `http://127.0.0.1:${ports.server}`
  const keys = {
    EMS_SENDER_NO: demoKeys.ems.senderNo,
    EMS_AUTHORIZATION: demoKeys.ems.authorization,
    EMS_SIGN_KEY: demoKeys.ems.signKey,
    SMS_ACCESS_KEY_ID: demoKeys.sms.accessKeyId,
    SMS_ACCESS_KEY_SECRET: demoKeys.sms.accessKeySecret,
    SMS_SIGN_NAME: demoKeys.sms.signName,
  }
  const office: Env = {
    ...base,
    ...keys,
    HOST: settings.serverHost,
    PORT: String(ports.server),
    PUBLIC_URL: settings.publicUrl,
    DATABASE_URL: urls.appUrl,
    ENGINE_URL: `http://127.0.0.1:${ports.engine}/engine-rest`,
    ENGINE_API_TOKEN: secrets.engineApiToken,
    ENGINE_WORKER_TOKEN: secrets.engineWorkerToken,
    FILE_STORE: folder.files,
    SESSION_KEY: secrets.sessionKey,
    OIDC_ISSUER: settings.oidcIssuer,
    EMS_URL: `${partnersUrl}${demoAddresses.emsPath}`,
    SMS_URL: `${partnersUrl}${demoAddresses.smsPath}`,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(ports.smtp),
    SMTP_USER: demoKeys.mail.user,
    SMTP_PASSWORD: demoKeys.mail.password,
    MAIL_FROM: demoKeys.mail.from,
    PARTNERS_URL: partnersUrl,
    LOG_LEVEL: settings.logLevel,
  }
  return {
    office,
    seed: { ...office, MIGRATION_DATABASE_URL: urls.ownerUrl },
    engine: {
      ...base,
      ENGINE_HOST: '127.0.0.1',
      ENGINE_PORT: String(ports.engine),
      ENGINE_DATABASE_URL: urls.engineUrl,
      ENGINE_SCHEMA: 'engine',
      ENGINE_API_TOKEN: secrets.engineApiToken,
      ENGINE_WORKER_TOKEN: secrets.engineWorkerToken,
    },
    partners: {
      ...base,
      ...keys,
      PARTNERS_HOST: '127.0.0.1',
      PARTNERS_PORT: String(ports.partners),
      PARTNERS_SMTP_PORT: String(ports.smtp),
      PARTNERS_DATA_DIR: folder.partners,
      EMS_PUSH_URL: `${serverUrl}${new URL(demoAddresses.emsPushUrl).pathname}`,
      SMS_REPORT_URL: `${serverUrl}${new URL(demoAddresses.smsReportUrl).pathname}`,
      MAIL_USER: demoKeys.mail.user,
      MAIL_PASSWORD: demoKeys.mail.password,
      LOG_LEVEL: settings.logLevel,
    },
    build: base,
  }
}

/** For builds, which come before there is a database to speak of. */
export function baseEnvironment(inherited: NodeJS.ProcessEnv): Env {
  const given = Object.entries(inherited).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('npm_'),
  )
  return { ...Object.fromEntries(given), IBM_TELEMETRY_DISABLED: 'true' }
}
