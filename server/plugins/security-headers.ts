import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/**
 * JSON doors: a fixed set, computed once (the status poll must stay cheap). An answer is data, never a page, so it may load,
 * frame and run nothing.
 */
export function addApiHeaders(app: FastifyInstance, options: { https: boolean }): void {
  const headers: Record<string, string> = {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    ...(options.https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers)
    done()
  })
}

/** Pages: no script at all unless its hash is given, styles inline in the one page, forms to ourselves only. */
export async function addPageHeaders(
  app: FastifyInstance,
  options: { https: boolean; scriptHashes?: readonly string[] },
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        scriptSrc:
          (options.scriptHashes ?? []).length > 0 ? [...(options.scriptHashes ?? [])] : ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: options.https ? { maxAge: 31_536_000 } : false,
  })
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store')
    done()
  })
}
