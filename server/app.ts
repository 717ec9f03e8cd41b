import cookie from '@fastify/cookie'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { hkdfSync, randomUUID } from 'node:crypto'

import { StatusView } from '../contracts/status-view.ts'
import { designer } from './designer/designer.ts'
import { desk } from './desk/desk.ts'
import { hall } from './hall/hall.ts'
import { createPollingServer } from './hall/status-shortcut.ts'
import { healthRoutes } from './health/health-routes.ts'
import { mountIdentityProvider } from './identity-provider/mount.ts'
import { partners } from './partners/partners.ts'
import { indexPage } from './pages/index-page.ts'
import { addAccessLog } from './plugins/access-log.ts'
import { addOpenApi } from './plugins/openapi.ts'
import { addProblemReply } from './plugins/problem-reply.ts'
import { addRateLimit } from './plugins/rate-limit.ts'
import { addApiHeaders } from './plugins/security-headers.ts'
import { addValidators } from './plugins/validators.ts'
import type { Services } from './services.ts'
import { getSession } from './session/get-session.ts'
import type { Identity } from './session/identity.ts'
import { signInRoutes } from './session/sign-in-routes.ts'
import { decorateStaff } from './session/staff-guard.ts'
import { staticApps } from './static-apps.ts'
import { verifyRoutes } from './verify/verify-routes.ts'

export interface AppOptions {
  readonly services: Services
  readonly identity: Identity
  readonly checks: Readonly<Record<string, () => Promise<boolean>>>
  readonly logger?: FastifyBaseLogger
  /** as Fastify's trustProxy */
  readonly trustProxy?: boolean | string
  /** folders of the built web apps (npm run build:web) */
  readonly webApps?: { readonly modeler: string }
}

/** One JSON body; uploads stream past it, packages have a limit of their own. */
const BODY_LIMIT = 512 * 1024

/** The table of contents: every door of the house and who may enter it. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { services, identity, checks } = options
  const { publicUrl, sessionKey, rateLimit } = services.settings
  const https = publicUrl.startsWith('https:')
  const app = fastify({
    ...(options.logger ? { loggerInstance: options.logger } : { logger: false }),
    // One line of our own instead of two (plugins/access-log.ts).
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy ?? false,
    bodyLimit: BODY_LIMIT,
    genReqId: () => randomUUID(),
    serverFactory: (handler) => createPollingServer(handler, { ...services, https }),
    routerOptions: { maxParamLength: 200 },
  }).withTypeProvider<TypeBoxTypeProvider>()

  addValidators(app)
  addProblemReply(app)
  addAccessLog(app)
  decorateStaff(app)
  app.addSchema(StatusView)
  await app.register(cookie, {
    secret: Buffer.from(hkdfSync('sha256', sessionKey, '', 'cookies', 32)).toString('base64'),
  })
  await addRateLimit(app)
  await addOpenApi(app, publicUrl)
  const relyingParty = identity.relyingParty(app)

  // everyone
  await app.register(async (open) => {
    addApiHeaders(open, { https })
    await open.register(healthRoutes, { checks })
    await open.register(getSession, { ...services, prefix: '/api/session', publicUrl })
  })

  await app.register(indexPage, { https })
  await app.register(verifyRoutes, { ...services, https })

  // citizens: a draft token, or number + query code
  await app.register(hall, { prefix: '/api/hall', services })

  // clerks: a session, and the right on item x unit x step
  await app.register(desk, { prefix: '/api/desk', services })

  // item designers
  await app.register(designer, { prefix: '/api/designer', services })

  // the designer's pages: files only, the data stands behind /api/designer
  if (options.webApps) await app.register(staticApps, { ...options.webApps, https })

  // courier and SMS operator calling back
  await app.register(partners, { prefix: '/api/partners', services })

  // staff signing in
  await app.register(signInRoutes, { ...services, prefix: '/auth', relyingParty, publicUrl })
  if (identity.embedded)
    await app.register(mountIdentityProvider, {
      prefix: '/oidc',
      ...identity.embedded,
      publicUrl,
      rateLimit,
    })

  return app
}
