import { randomBytes } from 'node:crypto'

import type { Clock } from '../core/clock/clock.ts'
import { createApp } from './app.ts'
import { createServices, type ServiceDeps } from './services.ts'
import type { RelyingParty } from './session/relying-party.ts'

/** Addresses of the committed description are relative to wherever the house stands. */
const ANYWHERE = 'http://127.0.0.1:8080'

/** OpenAPI 3.1, as far as we look into it ourselves. */
export interface ApiDescription {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
}

export interface ApiOperation {
  readonly operationId?: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly responses?: Readonly<Record<string, unknown>>
}

/**
 * The OpenAPI description out of the routes themselves, without a database or an engine: nothing is called, the doors are
 * only hung. For api-client/ and for the test that compares both.
 */
export async function describeApi(): Promise<ApiDescription> {
  const absent = {} as ServiceDeps
  const clock: Clock = { now: () => new Date(0) }
  const services = createServices({
    ...absent,
    clock,
    settings: {
      publicUrl: ANYWHERE,
      sessionKey: randomBytes(32),
      rateLimit: 0,
      streamLimit: 1,
      ems: { senderNo: '', authorization: '', signKey: '' },
    },
  })
  const app = await createApp({
    services,
    identity: { relyingParty: () => ({}) as RelyingParty },
    checks: {},
  })
  try {
    await app.ready()
    return app.swagger() as ApiDescription
  } finally {
    await app.close()
  }
}
