import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { EmsPushAnswer, EmsPushForm } from '../../contracts/partners-push.ts'
import type { Database } from '../../core/database/database.ts'
import type { CalendarSource } from '../../core/clock/calendar.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { applyCourierPush } from '../../core/dispatch/apply-push.ts'
import { openPush, pushAnswer } from '../../partners/ems/push.ts'

export interface EmsPushOptions {
  readonly db: Database
  readonly clock: Clock
  readonly calendar: CalendarSource
  readonly keys: { readonly senderNo: string; readonly signKey: string }
}

/**
 * 040002: scans pushed by the courier. Who knows the SM4 key may speak; everyone gets the courier's own answer format.
 * 00000 is said only after the transaction: it makes the courier forget the scans.
 */
export const emsPush: FastifyPluginAsyncTypebox<EmsPushOptions> = async (
  app,
  { db, clock, calendar, keys },
) => {
  app.post(
    '/ems/push',
    {
      schema: {
        operationId: 'receiveEmsPush',
        summary: '邮政轨迹推送 Parcel scans pushed by EMS (040002)',
        tags: ['partners'],
        consumes: ['application/x-www-form-urlencoded'],
        body: EmsPushForm,
        response: { 200: EmsPushAnswer, 503: EmsPushAnswer },
      },
    },
    async (request, reply) => {
      const opened = openPush(request.body, keys)
      if (opened.kind === 'refused') {
        request.log.warn({ reason: opened.reason }, 'a push was refused')
        return pushAnswer(opened.serialNo, opened.reason, keys.senderNo)
      }
      const { serialNo, traces } = opened
      try {
        const result = await applyCourierPush(db, { traces, at: clock.now(), calendar })
        request.log.info(result, 'scans stored')
        return pushAnswer(serialNo, 'stored', keys.senderNo)
      } catch (error) {
        // Anything but 00000 brings the same scans again.
        request.log.warn({ err: error }, 'scans not stored, the courier will push again')
        const again = { serialNo, code: '99999', codeMessage: '系统繁忙，请重推' }
        return reply.code(503).send({ ...again, senderNo: keys.senderNo })
      }
    },
  )
}
