import type { FastifyInstance } from 'fastify'

/** application/x-www-form-urlencoded into a flat object; a repeated name keeps the last, names are bounded by bodyLimit. */
export function addFormParser(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      const fields = Object.fromEntries(new URLSearchParams(body.toString()))
      done(null, fields)
    },
  )
}
