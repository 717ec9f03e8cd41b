import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { addMultipart } from '../plugins/single-file.ts'
import { limitWrites } from '../plugins/rate-limit.ts'
import { addApiHeaders } from '../plugins/security-headers.ts'
import type { Services } from '../services.ts'
import { requirePost } from '../session/post-guard.ts'
import { requireStaff } from '../session/staff-guard.ts'
import { getVocabulary } from './get-vocabulary.ts'
import { packageRoutes } from './packages.ts'
import { versionRoutes } from './versions.ts'

/** Item designers: a session, and a post that may publish. */
export const designer: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { sessions, settings } = services
  addApiHeaders(app, { https: settings.publicUrl.startsWith('https:') })
  app.addHook('onRequest', requireStaff({ sessions, publicOrigin: settings.publicUrl }))
  app.addHook('onRequest', requirePost(services, 'designer'))
  limitWrites(app, settings.rateLimit)
  await addMultipart(app)
  await app.register(packageRoutes, services)
  await app.register(versionRoutes, services)
  await app.register(getVocabulary, services)
}
