import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { addFormParser } from '../plugins/form-parser.ts'
import { addApiHeaders } from '../plugins/security-headers.ts'
import type { Services } from '../services.ts'
import { emsPush } from './ems-push.ts'
import { smsReport } from './sms-report.ts'

/** Courier and SMS operator calling back; each proves itself by its own protocol, none holds a session. */
export const partners: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  addApiHeaders(app, { https: services.settings.publicUrl.startsWith('https:') })
  addFormParser(app)
  await app.register(emsPush, { ...services, keys: services.settings.ems })
  await app.register(smsReport, services)
}
