import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'

import { SignedOut } from '../../contracts/session.ts'
import type { Database } from '../../core/database/database.ts'
import type { Sessions } from '../../core/identity/sessions.ts'
import { findPersonBySubject } from '../../core/identity/staff.ts'
import { html, page } from '../pages/html.ts'
import { addPageHeaders } from '../plugins/security-headers.ts'
import type { PendingSignIn, RelyingParty } from './relying-party.ts'
import { safeReturnTo } from './return-to.ts'
import { requireStaff, sessionCookieName, staffOf } from './staff-guard.ts'

export interface SignInOptions {
  readonly db: Database
  readonly sessions: Sessions
  readonly relyingParty: RelyingParty
  readonly publicUrl: string
}

interface PendingCookie extends PendingSignIn {
  readonly returnTo: string
}

const PENDING_COOKIE = 'yichuang_sign_in'
const PENDING_SECONDS = 600

/** /auth/login -> issuer -> /auth/callback -> session; /auth/logout ends both. */
export const signInRoutes: FastifyPluginAsyncTypebox<SignInOptions> = async (app, options) => {
  const { db, sessions, relyingParty, publicUrl } = options
  const https = publicUrl.startsWith('https:')
  const sessionCookie = sessionCookieName(publicUrl)
  await addPageHeaders(app, { https })

  app.get(
    '/login',
    {
      schema: {
        operationId: 'signIn',
        summary: '登录 Go to the issuer and come back signed in',
        tags: ['session'],
        querystring: Type.Object({ returnTo: Type.Optional(Type.String({ maxLength: 1000 })) }),
        response: { 303: Type.Null() },
      },
    },
    async (request, reply) => {
      const { url, pending } = await relyingParty.begin()
      const kept: PendingCookie = { ...pending, returnTo: safeReturnTo(request.query.returnTo) }
      return reply
        .setCookie(PENDING_COOKIE, Buffer.from(JSON.stringify(kept)).toString('base64url'), {
          path: '/auth',
          httpOnly: true,
          sameSite: 'lax',
          secure: https,
          signed: true,
          maxAge: PENDING_SECONDS,
        })
        .redirect(url, 303)
    },
  )

  app.get(
    '/callback',
    {
      schema: {
        operationId: 'finishSignIn',
        summary: '登录返回 The issuer sends the browser back here',
        tags: ['session'],
        response: { 303: Type.Null() },
      },
    },
    async (request, reply) => {
      void reply.clearCookie(PENDING_COOKIE, { path: '/auth' })
      const pending = readPending(request.cookies[PENDING_COOKIE], (value) =>
        request.unsignCookie(value),
      )
      if (pending === undefined) return refuse(reply, 400)
      let identity: Awaited<ReturnType<RelyingParty['finish']>>
      try {
        identity = await relyingParty.finish(new URL(request.url, publicUrl), pending)
      } catch (error) {
        request.log.warn({ err: error }, 'a sign-in was not completed')
        return refuse(reply, 400)
      }
      const person = await findPersonBySubject(db, identity.subject)
      if (person === undefined) return refuse(reply, 403)
      const before = request.cookies[sessionCookie]
      if (before !== undefined) await sessions.end(before)
      const session = await sessions.create({ personId: person.id, idToken: identity.idToken })
      return reply
        .setCookie(sessionCookie, session.token, {
          path: '/',
          httpOnly: true,
          sameSite: 'lax',
          secure: https,
          expires: session.expiresAt,
        })
        .redirect(pending.returnTo, 303)
    },
  )

  app.post(
    '/logout',
    {
      onRequest: requireStaff({ sessions, publicOrigin: publicUrl }),
      schema: {
        operationId: 'signOut',
        summary: '退出登录 End the session here, and learn where to end it at the issuer',
        tags: ['session'],
        security: [{ staffSession: [] }],
        response: { 200: SignedOut },
      },
    },
    async (request, reply) => {
      const { idToken } = staffOf(request)
      const token = request.cookies[sessionCookie]
      if (token !== undefined) await sessions.end(token)
      void reply.clearCookie(sessionCookie, { path: '/', httpOnly: true, secure: https })
      try {
        return { signOutUrl: await relyingParty.signOutUrl(idToken) }
      } catch (error) {
        // The issuer is away: the session here has ended all the same.
        request.log.warn({ err: error }, 'no sign-out at the issuer')
        return { signOutUrl: `${publicUrl}/` }
      }
    },
  )
}

function readPending(
  cookie: string | undefined,
  unsign: (value: string) => { valid: boolean; value: string | null },
): PendingCookie | undefined {
  if (cookie === undefined) return undefined
  const { valid, value } = unsign(cookie)
  if (!valid || value === null) return undefined
  return JSON.parse(Buffer.from(value, 'base64url').toString()) as PendingCookie
}

function refuse(reply: FastifyReply, status: 400 | 403): FastifyReply {
  const known = status === 400
  const body = html`<h1>${known ? '登录未完成' : '账号未登记'}</h1>
    <p class="en">
      ${known ? 'The sign-in was not completed.' : 'This account is not registered with this office.'}
    </p>
    <section>
      <p>
        ${known ? '登录已过期或不是从这里开始的。' : '请联系管理员登记您的账号和岗位。'}
        <span class="en"
          >${
            known
              ? 'It has expired, or was not begun here.'
              : 'Ask the administrator to register your account and posts.'
          }</span
        >
      </p>
      <p><a href="/auth/login">重新登录 Sign in again</a></p>
    </section>`
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .serializer((text: unknown) => String(text))
    .send(page('登录 · Sign in', body))
}
