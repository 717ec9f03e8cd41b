import { createServer, type Server } from 'node:http'
import type { Workers } from './create-workers.ts'

/** GET /healthz: 200 while the worker polls and its loops turn, 503 when it stalls; figures as JSON. */
export function openHealthPage(
  workers: Pick<Workers, 'health' | 'figures'>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/healthz') {
      response.writeHead(404).end()
      return
    }
    const health = workers.health()
    const answer = (status: number, body: object) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ status: status === 200 ? 'up' : 'down', ...health, ...body }))
    workers.figures().then(
      (figures) => answer(health.ok ? 200 : 503, figures),
      () => answer(503, { database: 'away' }),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}
