import type { IncomingMessage } from 'node:http'

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Provider } from 'oidc-provider'
import { Type } from 'typebox'

import { limitWrites } from '../plugins/rate-limit.ts'
import { addPageHeaders } from '../plugins/security-headers.ts'
import { addFormParser } from '../plugins/form-parser.ts'
import type { Accounts } from './accounts.ts'
import { refusedPage, signInPage } from './pages.ts'

export interface MountOptions {
  readonly provider: Provider
  readonly accounts: Accounts
  readonly publicUrl: string
  /** sign-in tries a minute and address; 0 = no limit */
  readonly rateLimit: number
}

/** Everything under /oidc: our sign-in page, and behind it the provider with its raw requests. */
export async function mountIdentityProvider(
  app: FastifyInstance,
  options: MountOptions,
): Promise<void> {
  await app.register((scope) => signInRoutes(scope, options))
  await app.register(async (scope) => protocolRoutes(scope, options))
}

const SignInForm = Type.Object(
  {
    login: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
)

async function signInRoutes(app: FastifyInstance, options: MountOptions): Promise<void> {
  const { provider, accounts, publicUrl } = options
  await addPageHeaders(app, { https: publicUrl.startsWith('https:') })
  addFormParser(app)
  limitWrites(app, options.rateLimit)

  async function pendingUid(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string | undefined> {
    try {
      const details = await provider.interactionDetails(request.raw, reply.raw)
      return details.prompt.name === 'login' ? details.uid : undefined
    } catch {
      // Expired, or another browser's: the provider throws, the person starts again.
      return undefined
    }
  }

  app.get('/interaction/:uid', { schema: { hide: true } }, async (request, reply) => {
    const uid = await pendingUid(request, reply)
    void reply.type('text/html; charset=utf-8')
    return uid === undefined ? reply.code(400).send(refusedPage('expired')) : signInPage(uid)
  })

  app.post<{ Body: { login: string; password: string } }>(
    '/interaction/:uid',
    { schema: { hide: true, body: SignInForm } },
    async (request, reply) => {
      const uid = await pendingUid(request, reply)
      void reply.type('text/html; charset=utf-8')
      if (uid === undefined) return reply.code(400).send(refusedPage('expired'))
      const { login, password } = request.body
      const result = await accounts.signIn(login, password)
      if (result.kind !== 'ok') {
        request.log.warn({ result: result.kind }, 'sign-in refused')
        return reply
          .code(result.kind === 'locked' ? 429 : 401)
          .send(signInPage(uid, result.kind, login))
      }
      const next = await provider.interactionResult(
        request.raw,
        reply.raw,
        { login: { accountId: result.account.sub, remember: false } },
        { mergeWithLastSubmission: false },
      )
      return reply.redirect(next, 303)
    },
  )
}

function protocolRoutes(app: FastifyInstance, { provider, publicUrl }: MountOptions): void {
  const callback = provider.callback()
  const { host, protocol } = new URL(publicUrl)
  app.removeAllContentTypeParsers()
  // The provider reads the raw stream itself.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.route({
    method: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    url: '/*',
    schema: { hide: true },
    handler: async (request, reply) => {
      const raw: IncomingMessage & { originalUrl?: string } = request.raw
      raw.originalUrl = raw.url ?? '/'
      raw.url = raw.originalUrl.slice('/oidc'.length) || '/'
      // Addresses in answers follow PUBLIC_URL, whatever Host header came in.
      raw.headers.host = host
      raw.headers['x-forwarded-host'] = host
      raw.headers['x-forwarded-proto'] = protocol.slice(0, -1)
      reply.hijack()
      await callback(raw, reply.raw)
    },
  })
}
