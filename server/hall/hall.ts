import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import type { Services } from '../services.ts'
import { addMultipart } from '../plugins/single-file.ts'
import { addApiHeaders } from '../plugins/security-headers.ts'
import { limitWrites } from '../plugins/rate-limit.ts'
import { addCaseGuard } from './case-guard.ts'
import { correctionRoutes } from './corrections.ts'
import { documentRoutes } from './documents.ts'
import { draftRoutes } from './draft-routes.ts'
import { draftToken } from './draft-access.ts'
import { getStatus } from './get-status.ts'
import { itemRoutes } from './items.ts'
import { openCase } from './open-case.ts'
import { startDraft } from './start-draft.ts'
import { statusStream } from './status-stream.ts'
import { withdrawCase } from './withdraw-case.ts'

/** Citizens. Nobody signs in: a draft opens with its token, a case with number + query code. */
export const hall: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  const { settings } = services
  const https = settings.publicUrl.startsWith('https:')
  addApiHeaders(app, { https })
  limitWrites(app, settings.rateLimit)
  await addMultipart(app)

  await app.register(itemRoutes, services)
  await app.register(startDraft, services)
  await app.register(draftRoutes, {
    ...services,
    accessOf: draftToken,
    tag: 'hall',
    operation: (name) => name,
    security: { draftToken: [] },
  })
  await app.register(openCase, services)

  await app.register(async (ofOneCase) => {
    addCaseGuard(ofOneCase, services.caseTokens)
    await ofOneCase.register(getStatus, { ...services, https })
    await ofOneCase.register(statusStream, { ...services, maxStreams: settings.streamLimit })
    await ofOneCase.register(correctionRoutes, services)
    await ofOneCase.register(withdrawCase, services)
    await ofOneCase.register(documentRoutes, services)
  })
}
