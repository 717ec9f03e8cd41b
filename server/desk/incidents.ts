import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { IncidentRow, RetryIncidentBody } from '../../contracts/inbox.ts'
import { problem } from '../../contracts/problems.ts'
import type { Incidents } from '../../core/incidents/incidents.ts'
import type { EngineGateway } from '../../engine/gateway/gateway.ts'
import { staffOf } from '../session/staff-guard.ts'

export interface IncidentOptions {
  readonly incidents: Incidents
  readonly engine: Pick<EngineGateway, 'setExternalTaskRetries'>
}

const common = { tags: ['desk'], security: [{ staffSession: [] }] }
/** Tries an operator gives a repaired step before it becomes an incident again. */
const RETRIES = 3

/** 异常: what the machine could not do. Closed only by the engine's own event, never by the button. */
export const incidentRoutes: FastifyPluginAsyncTypebox<IncidentOptions> = async (
  app,
  { incidents, engine },
) => {
  app.get(
    '/incidents',
    {
      schema: {
        ...common,
        operationId: 'listIncidents',
        summary: '异常清单 Open incidents, or the resolved ones (operators)',
        querystring: Type.Object(
          { resolved: Type.Optional(Type.Boolean()) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ rows: Type.Array(IncidentRow) }, { additionalProperties: false }),
        },
      },
    },
    async (request) => {
      const { resolved = false } = request.query
      return { rows: await incidents.list(staffOf(request).personId, { resolved }) }
    },
  )

  app.post(
    '/incidents/:id/retry',
    {
      schema: {
        ...common,
        operationId: 'retryIncident',
        summary: '重试 Let the engine try the failed step again (operators)',
        params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_:.-]{1,128}$' }) }),
        body: RetryIncidentBody,
        response: { 202: Type.Null() },
      },
    },
    async (request, reply) => {
      const { personId } = staffOf(request)
      const key = { personId, incidentId: request.params.id }
      const { externalTaskId } = await incidents.prepareRetry(key, request.body.note)
      await tryAgain(engine, externalTaskId)
      return reply.code(202).send(null)
    },
  )
}

/** The note stands already; when the engine cannot be asked the incident stays open and the operator repeats. */
async function tryAgain(engine: IncidentOptions['engine'], externalTaskId: string): Promise<void> {
  const result = await engine
    .setExternalTaskRetries(externalTaskId, RETRIES)
    .catch((cause: unknown) => {
      throw problem('NOT_READY', { detail: 'engine', cause })
    })
  switch (result.kind) {
    case 'ok':
    // Finished or cancelled meanwhile: the engine's own event closes the incident.
    case 'gone':
      return
    case 'retry':
      throw problem('NOT_READY', { detail: 'engine' })
    case 'duplicate':
    case 'refused':
      throw problem('ACT_NOT_ALLOWED', { detail: result.kind })
  }
}
