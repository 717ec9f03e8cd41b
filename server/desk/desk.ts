import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { draftRoutes } from '../hall/draft-routes.ts'
import { addMultipart } from '../plugins/single-file.ts'
import { limitWrites } from '../plugins/rate-limit.ts'
import { addApiHeaders } from '../plugins/security-headers.ts'
import type { Services } from '../services.ts'
import { requireStaff, staffOf } from '../session/staff-guard.ts'
import { actRoutes } from './acts.ts'
import { createCaseReader } from './case-reader.ts'
import { inboxRoutes } from './inbox.ts'
import { incidentRoutes } from './incidents.ts'
import { lodgeDraft } from './lodge-draft.ts'
import { readCaseRoutes } from './read-case.ts'

/** Clerks: a session at the door, the right on item x unit x step inside each act. */
export const desk: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { sessions, settings } = services
  addApiHeaders(app, { https: settings.publicUrl.startsWith('https:') })
  app.addHook('onRequest', requireStaff({ sessions, publicOrigin: settings.publicUrl }))
  limitWrites(app, settings.rateLimit)
  await addMultipart(app)

  await app.register(inboxRoutes, services)
  await app.register(readCaseRoutes, { ...services, caseReader: createCaseReader(services) })
  await app.register(actRoutes, services)
  await app.register(incidentRoutes, services)
  await app.register(lodgeDraft, services)
  await app.register(draftRoutes, {
    ...services,
    accessOf: (request) => ({ personId: staffOf(request).personId }),
    tag: 'desk',
    operation: (name) => `${name}AtDesk`,
    security: { staffSession: [] },
  })
}
