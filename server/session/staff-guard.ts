import { timingSafeEqual } from 'node:crypto'

import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'

import type { Actor } from '../../contracts/case-events.ts'
import { problem } from '../../contracts/problems.ts'
import type { Sessions, StaffSession } from '../../core/identity/sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** set by requireStaff; read it through staffOf */
    staff: StaffSession | null
  }
}

export interface StaffGuardOptions {
  readonly sessions: Sessions
  /** what an honest browser sends as Origin */
  readonly publicOrigin: string
}

export function sessionCookieName(publicUrl: string): string {
  // The prefix makes browsers refuse a cookie set by another host or over plain http (RFC 6265bis §4.1.3).
  return publicUrl.startsWith('https:') ? '__Host-yichuang_session' : 'yichuang_session'
}

export function decorateStaff(app: FastifyInstance): void {
  app.decorateRequest('staff', null)
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The one lock on staff doors: a live session, and for every method that changes something the session's CSRF token plus an
 * Origin that is ours. Rights on the object are checked by the use case behind the door.
 */
export function requireStaff(options: StaffGuardOptions): onRequestAsyncHookHandler {
  const cookie = sessionCookieName(options.publicOrigin)
  return async (request) => {
    const token = request.cookies[cookie]
    const session =
      token === undefined || token.length > 100 ? undefined : await options.sessions.find(token)
    if (session === undefined) throw problem('SIGN_IN_REQUIRED')
    if (!SAFE.has(request.method)) checkForgery(request, session, options.publicOrigin)
    request.staff = session
  }
}

function checkForgery(request: FastifyRequest, session: StaffSession, publicOrigin: string): void {
  const { origin } = request.headers
  const given = request.headers['x-csrf-token']
  if (origin !== undefined && origin !== publicOrigin) throw problem('CSRF_TOKEN_MISSING')
  if (typeof given !== 'string' || !sameText(given, session.csrfToken))
    throw problem('CSRF_TOKEN_MISSING')
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** @throws SIGN_IN_REQUIRED on a door that forgot its guard */
export function staffOf(request: FastifyRequest): StaffSession {
  if (request.staff === null) throw problem('SIGN_IN_REQUIRED')
  return request.staff
}

export function staffActor(request: FastifyRequest): Actor {
  return { kind: 'staff', id: staffOf(request).personId }
}
