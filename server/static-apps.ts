import { existsSync } from 'node:fs'
import { join } from 'node:path'

import staticFiles from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

import { html, page } from './pages/html.ts'

export interface StaticAppsOptions {
  /** absolute path of the built modeler-ui */
  readonly modeler: string
  readonly https: boolean
}

/**
 * No eval and no inline script. bpmn-js writes style attributes into the picture (diagram-js), but no style element; its
 * pencil and markers are data: pictures.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** The pages that are apps of their own: files with hashed names, and one index for every address below. */
export const staticApps: FastifyPluginAsync<StaticAppsOptions> = async (app, options) => {
  const { modeler, https } = options
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers({
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    })
    done()
  })
  await app.register(staticFiles, {
    root: join(modeler, 'assets'),
    prefix: '/modeler/assets/',
    decorateReply: false,
    index: false,
    // Vite puts a hash of the content into each name: what is cached is never stale.
    immutable: true,
    maxAge: '365d',
    schemaHide: true,
  })
  await app.register(staticFiles, {
    root: modeler,
    serve: false,
    index: false,
  })

  const index = join(modeler, 'index.html')
  app.get('/modeler', { schema: { hide: true } }, (_request, reply) => reply.redirect('/modeler/'))
  app.get('/modeler/icon.svg', { schema: { hide: true } }, (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=3600')
      .sendFile('icon.svg', { cacheControl: false }),
  )
  // The app reads the address itself; a deep link must survive a reload.
  app.get('/modeler/*', { schema: { hide: true } }, (_request, reply) => {
    void reply.header('cache-control', 'no-cache')
    if (existsSync(index)) return reply.sendFile('index.html', { cacheControl: false })
    return reply.code(503).type('text/html; charset=utf-8').send(notBuilt())
  })
}

function notBuilt(): string {
  return page(
    '页面还没有编译 · Not built',
    html`<h1>页面还没有编译</h1>
      <p>请运行 <code>npm run build:web</code>，然后刷新。</p>
      <p class="en">The page is not built yet: run <code>npm run build:web</code> and reload.</p>`,
  )
}
