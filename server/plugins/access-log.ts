import type { FastifyInstance } from 'fastify'

/**
 * One line for each request that failed or changed something: the route's pattern, never its address (a case number is the
 * most a pattern's parameters may say, and even that is left out). Answered reads are counted by the proxy in front.
 */
export function addAccessLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode >= 400 || (request.method !== 'GET' && request.method !== 'HEAD')) {
      const fields = {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      }
      // 503 passes by itself (a start, a full pool); 500 means that a person must look.
      if (reply.statusCode === 503) request.log.warn(fields, 'request')
      else if (reply.statusCode >= 500) request.log.error(fields, 'request')
      else request.log.info(fields, 'request')
    }
    done()
  })
}
