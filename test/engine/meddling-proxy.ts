import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What the network may do to one exchange: pass it, carry the request out but cut the answer (the engine HAS done it),
 * or cut the connection before the request arrives, or answer something else.
 */
export type Meddling =
  | 'pass'
  | 'lose-answer'
  | 'lose-request'
  | 'add-charset'
  | { readonly status: number; readonly type: string; readonly body: string }

export interface MeddlingProxy {
  readonly url: string
  /** Asked for every exchange, which waits for what it says; `path` as the engine sees it. */
  decide: (method: string, path: string) => Meddling | Promise<Meddling>
  readonly lost: string[]
  close(): Promise<void>
}

/** An HTTP proxy before the engine; the worker under test takes it for the engine. */
export async function startMeddlingProxy(engineUrl: string): Promise<MeddlingProxy> {
  const target = new URL(engineUrl)
  const agent = new Agent({ keepAlive: true })
  const lost: string[] = []
  const server = createServer((incoming, outgoing) => void exchange(incoming, outgoing))
  async function exchange(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const method = incoming.method ?? 'GET'
    const path = incoming.url ?? '/'
    const meddling = await proxy.decide(method, path)
    if (meddling !== 'pass' && meddling !== 'add-charset') lost.push(`${method} ${path}`)
    if (meddling === 'lose-request') return void incoming.socket.destroy()
    if (typeof meddling === 'object') {
      incoming.resume()
      outgoing.writeHead(meddling.status, { 'content-type': meddling.type }).end(meddling.body)
      return
    }
    const forward = request(
      {
        host: target.hostname,
        port: target.port,
        method,
        path,
        headers: incoming.headers,
        agent,
      },
      (answer: IncomingMessage) => {
        if (meddling === 'lose-answer') {
          answer.resume()
          answer.on('end', () => incoming.socket.destroy())
          return
        }
        if (meddling === 'add-charset' && answer.headers['content-type'] !== undefined) {
          answer.headers['content-type'] += ';charset=UTF-8'
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    forward.on('error', () => incoming.socket.destroy())
    incoming.on('error', () => forward.destroy())
    incoming.pipe(forward)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: MeddlingProxy = {
    url: `http://127.0.0.1:${port}${target.pathname}`,
    decide: () => 'pass',
    lost,
    async close() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}
