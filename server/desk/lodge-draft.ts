import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'

import { LodgeDraft } from '../../contracts/desk.ts'
import { DraftStarted } from '../../contracts/hall.ts'
import type { Database } from '../../core/database/database.ts'
import type { Drafts } from '../../core/cases/drafts.ts'
import { getActiveVersion } from '../../core/catalogue/item-versions.ts'
import { dayOf, type Clock } from '../../core/clock/clock.ts'
import { requireLodgingUnit } from '../../core/identity/lodging-right.ts'
import { staffOf } from '../session/staff-guard.ts'

export interface LodgeDraftOptions {
  readonly db: Database
  readonly clock: Clock
  readonly drafts: Drafts
}

/** 窗口代办: a clerk begins an application for the citizen in front of them. */
export const lodgeDraft: FastifyPluginAsyncTypebox<LodgeDraftOptions> = async (
  app,
  { db, clock, drafts },
) => {
  app.post(
    '/drafts',
    {
      schema: {
        operationId: 'lodgeDraft',
        summary: '代为申请 Begin an application for a citizen at the counter',
        tags: ['desk'],
        security: [{ staffSession: [] }],
        body: LodgeDraft,
        response: { 201: DraftStarted },
      },
    },
    async (request, reply) => {
      const { personId } = staffOf(request)
      const { itemCode, channel, unit: asked } = request.body
      const version = await getActiveVersion(db, itemCode)
      const unit = await requireLodgingUnit(db, {
        personId,
        version,
        day: dayOf(clock.now()),
        ...(asked === undefined ? {} : { asked }),
      })
      return reply
        .code(201)
        .send(await drafts.start({ itemCode, version, channel, lodgedBy: { personId, unit } }))
    },
  )
}
