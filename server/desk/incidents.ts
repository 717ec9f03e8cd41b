import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { IncidentNote, IncidentRow } from '../../contracts/inbox.ts'
import { problem } from '../../contracts/problems.ts'
import type { Incidents, RetryTarget } from '../../core/incidents/incidents.ts'
import type { EngineGateway } from '../../engine/gateway/gateway.ts'
import { staffOf } from '../session/staff-guard.ts'

export interface IncidentOptions {
  readonly incidents: Incidents
  readonly engine: Pick<EngineGateway, 'setExternalTaskRetries' | 'setJobRetries'>
}

const common = { tags: ['desk'], security: [{ staffSession: [] }] }
/** Tries an operator gives a repaired step before it becomes an incident again. */
const RETRIES = 3

const params = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_:.-]{1,128}$' }) })

/** 异常: what the machine could not do. What was tried again is closed by its success, never by the button. */
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
        summary:
          '重试 Let what failed be tried again: a step, a timer, a command, a message (operators)',
        params,
        body: IncidentNote,
        response: { 202: Type.Null() },
      },
    },
    async (request, reply) => {
      const { personId } = staffOf(request)
      const key = { personId, incidentId: request.params.id }
      const target = await incidents.prepareRetry(key, request.body.note)
      if (target !== undefined) await tryAgain(engine, target)
      return reply.code(202).send(null)
    },
  )

  app.post(
    '/incidents/:id/seen',
    {
      schema: {
        ...common,
        operationId: 'markIncidentSeen',
        summary:
          '已处置 Take a refused message off the list: the applicant was told otherwise (operators)',
        params,
        body: IncidentNote,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { personId } = staffOf(request)
      await incidents.markSeen({ personId, incidentId: request.params.id }, request.body.note)
      return reply.code(204).send(null)
    },
  )
}

/** The note stands already; when the engine cannot be asked the incident stays open and the operator repeats. */
async function tryAgain(engine: IncidentOptions['engine'], target: RetryTarget): Promise<void> {
  const asked =
    target.kind === 'job'
      ? engine.setJobRetries(target.jobId, RETRIES)
      : engine.setExternalTaskRetries(target.externalTaskId, RETRIES)
  const result = await asked.catch((cause: unknown) => {
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
