import { resolve } from 'node:path'

import closeWithGrace from 'close-with-grace'

import { createFileStore } from '../core/cases/file-store.ts'
import { systemClock } from '../core/clock/clock.ts'
import { createPool } from '../core/database/pool.ts'
import { createRenderer } from '../core/documents/render-document.ts'
import { DEMO_STAFF } from '../core/identity/demo-staff.ts'
import { createEngineGateway } from '../engine/gateway/gateway.ts'
import { demoKeys } from '../partners/demo-keys.ts'
import { schemaState } from '../migrations/run.ts'
import { createApp } from './app.ts'
import { ConfigError } from '../core/configuration/read-environment.ts'
import { readConfig, type ServerEnvironment } from './config.ts'
import { followChanges } from './follow-changes.ts'
import { createLog } from './log.ts'
import { createServices } from './services.ts'
import { createIdentity, type IdentityOptions } from './session/identity.ts'

/** EX_CONFIG of sysexits.h: nothing was started, the environment must be put right. */
const EXIT_CONFIG = 78
const DEMO_PASSWORD = 'yichuang-demo'

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog(config.LOG_LEVEL)
  const clock = systemClock
  const sessionKey = Buffer.from(config.SESSION_KEY, 'base64')
  const publicUrl = config.PUBLIC_URL

  const db = createPool({
    url: config.DATABASE_URL,
    max: config.DATABASE_POOL,
    applicationName: 'server',
  })
  const engine = createEngineGateway({
    baseUrl: config.ENGINE_URL,
    token: config.ENGINE_API_TOKEN,
    connections: 2,
  })
  const fileStore = createFileStore({ root: config.FILE_STORE })
  const renderer = createRenderer({ fileStore, clock, publicUrl, queryKey: sessionKey })
  const services = createServices({
    db,
    clock,
    fileStore,
    renderer,
    engine,
    settings: {
      publicUrl,
      sessionKey,
      rateLimit: config.RATE_LIMIT,
      streamLimit: config.STREAM_LIMIT,
      ems: emsKeys(config),
    },
  })
  const identity = await createIdentity({
    publicUrl,
    sessionKey,
    clock,
    issuer: issuerOf(config),
    onError: (err) => log.error({ err }, 'the embedded sign-in failed'),
  })
  const app = await createApp({
    services,
    identity,
    logger: log,
    trustProxy: trustProxyOf(config.TRUST_PROXY),
    webApps: { modeler: resolve(config.MODELER_UI) },
    checks: {
      database: async () => (await db.raw('select 1')) !== undefined,
      schema: async () => {
        const { unknown, pending } = await schemaState(db)
        return unknown.length + pending.length === 0
      },
      engine: async () => (await engine.version()) !== '',
    },
  })

  const changes = followChanges({
    databaseUrl: config.DATABASE_URL,
    statusCache: services.statusCache,
    clock,
    onLost: (err) => log.warn({ err }, 'not listening, status answers are checked one by one'),
  })

  closeWithGrace({ delay: 15_000, logger: log }, async ({ err }) => {
    if (err) log.fatal({ err }, 'the server stops after an error nobody caught')
    await app.close()
    await changes.close()
    await engine.close()
    await db.destroy()
  })
  await app.listen({ host: config.HOST, port: config.PORT })
  log.info({ url: publicUrl }, 'server ready')
  // The first paper would wait half a second for the fonts.
  await renderer.warmUp()
}

function emsKeys(config: ServerEnvironment) {
  return {
    senderNo: config.EMS_SENDER_NO ?? demoKeys.ems.senderNo,
    authorization: config.EMS_AUTHORIZATION ?? demoKeys.ems.authorization,
    signKey: config.EMS_SIGN_KEY ?? demoKeys.ems.signKey,
  }
}

function issuerOf(config: ServerEnvironment): IdentityOptions['issuer'] {
  if (config.OIDC_ISSUER !== undefined)
    return {
      kind: 'external',
      url: config.OIDC_ISSUER,
      clientId: config.OIDC_CLIENT_ID,
      clientSecret: config.OIDC_CLIENT_SECRET ?? '',
    }
  return {
    kind: 'embedded',
    accounts: DEMO_STAFF.map(({ login, subject, name }) => ({ login, sub: subject, name })),
    password: config.DEMO_PASSWORD ?? DEMO_PASSWORD,
  }
}

/** `true`, `false`, or a list of proxy addresses. */
function trustProxyOf(text: string): boolean | string {
  if (text === 'true' || text === 'false') return text === 'true'
  return text
}

try {
  await main()
} catch (error) {
  if (error instanceof ConfigError) {
    for (const fault of error.faults) process.stderr.write(`${fault}\n`)
    process.exit(EXIT_CONFIG)
  }
  const code = (error as { code?: string }).code
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    process.stderr.write(`PORT is taken or not allowed (${code}): set PORT to a free port.\n`)
    process.exit(EXIT_CONFIG)
  }
  throw error
}
