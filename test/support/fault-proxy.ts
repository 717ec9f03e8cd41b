/** An HTTP line between two of our processes that can be cut at a chosen moment, with something happening at the cut. */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Happening = () => Promise<void> | void

/**
 * What becomes of one exchange. `cut-before`: the request never arrives. `cut-after`: it is carried out, the answer is
 * lost. `then` runs at the cut, before the caller can see it.
 */
export type Fate =
  | 'pass'
  | { readonly cut: 'before' | 'after'; readonly then?: Happening; readonly because?: string }

export interface Exchange {
  readonly method: string
  readonly path: string
}

export interface Answered {
  readonly status: number
  readonly body: Buffer
  /** the body of the request */
  readonly asked: Buffer
}

export interface FaultProxy {
  readonly url: string
  /** Asked when a request comes in. */
  onRequest: (exchange: Exchange) => Fate
  /** Asked when the far side has answered: it HAS been done. `cut: 'before'` makes no sense here. */
  onAnswer: (exchange: Exchange, answer: Answered) => Fate
  readonly cuts: () => number
  readonly close: () => Promise<void>
}

const passAll = (): Fate => 'pass'

/** Answers are held until they are whole: fit for our small JSON, not for event streams. */
export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl)
  const agent = new Agent({ keepAlive: true })
  let cuts = 0

  async function cut(socket: { destroy(): unknown }, then: Happening | undefined): Promise<void> {
    cuts += 1
    await then?.()
    socket.destroy()
  }

  async function carry(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const exchange = { method: incoming.method ?? 'GET', path: incoming.url ?? '/' }
    const body = await whole(incoming)
    const before = proxy.onRequest(exchange)
    if (before !== 'pass' && before.cut === 'before') return cut(incoming.socket, before.then)
    const answer = await forward(incoming, exchange, body)
    const answered = { status: answer.head.statusCode ?? 502, body: answer.body, asked: body }
    const after = before === 'pass' ? proxy.onAnswer(exchange, answered) : before
    if (after !== 'pass') return cut(incoming.socket, after.then)
    outgoing.writeHead(answered.status, answer.head.headers).end(answer.body)
  }

  function forward(
    incoming: IncomingMessage,
    { method, path }: Exchange,
    body: Buffer,
  ): Promise<{ head: IncomingMessage; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const { hostname: host, port } = target
      const onward = request(
        { host, port, method, path, headers: incoming.headers, agent },
        (head) => {
          whole(head).then((bytes) => resolve({ head, body: bytes }), reject)
        },
      )
      onward.on('error', reject)
      // The caller is gone (killed): whoever waits on the far side must not wait for nobody.
      const abandon = () => onward.destroy()
      incoming.socket.once('close', abandon)
      onward.once('close', () => incoming.socket.removeListener('close', abandon))
      onward.end(body)
    })
  }

  const server = createServer((incoming, outgoing) => {
    carry(incoming, outgoing).catch(() => incoming.socket.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${port}`,
    onRequest: passAll,
    onAnswer: passAll,
    cuts: () => cuts,
    async close() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

async function whole(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
