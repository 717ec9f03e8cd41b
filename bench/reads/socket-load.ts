/**
 * Closed-loop load over kept-alive sockets: each sends its next request when the last answer is complete. Requests are
 * finished bytes and answers are only framed, so that the two cores go to the side that is measured.
 */
import { connect } from 'node:net'

import { serveOrders } from '../driver.ts'
import { createAnswerFramer } from './answer-framer.ts'
import { latencyOf, type ReadReport } from './read-report.ts'

export interface SocketLoadSettings {
  readonly port: number
  /** whole requests; one is picked at random each time */
  readonly plain: readonly string[]
  /** asked instead of `plain` in `conditionalShare` of all cases */
  readonly conditional: readonly string[]
}

export interface SocketLoadOrder {
  readonly connections: number
  readonly seconds: number
  readonly conditionalShare: number
}

serveOrders<SocketLoadSettings, SocketLoadOrder, ReadReport>((settings) => {
  const plain = settings.plain.map((text) => Buffer.from(text, 'latin1'))
  const conditional = settings.conditional.map((text) => Buffer.from(text, 'latin1'))
  return Promise.resolve(async ({ connections, seconds, conditionalShare }) => {
    const latencies: number[] = []
    const answers: Record<string, number> = {}
    const began = performance.now()
    const until = began + seconds * 1000
    const pick = () => {
      const list = Math.random() < conditionalShare ? conditional : plain
      const request = list[Math.floor(Math.random() * list.length)]
      if (request === undefined) throw new Error('no requests were given')
      return request
    }
    await Promise.all(
      Array.from({ length: connections }, () =>
        ask(settings.port, until, pick, latencies, answers),
      ),
    )
    return { ...latencyOf(latencies, (performance.now() - began) / 1000), answers }
  })
})

function ask(
  port: number,
  until: number,
  pick: () => Buffer,
  latencies: number[],
  answers: Record<string, number>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let sentAt = 0
    let answered = 0
    const send = () => {
      sentAt = performance.now()
      socket.write(pick())
    }
    const framer = createAnswerFramer((status) => {
      const now = performance.now()
      latencies.push(now - sentAt)
      answered += 1
      answers[status] = (answers[status] ?? 0) + 1
      if (now < until) send()
      else socket.end(resolve)
    })
    socket.on('connect', send)
    socket.on('data', (chunk) => framer.take(chunk))
    // Tomcat closes a kept-alive connection after 100 requests by default: open the next one, as any client does. What was
    // just sent on the closing one is asked again and counts once.
    let fault: Error | undefined
    socket.on('error', (error) => {
      fault = error
    })
    socket.on('close', () => {
      if (performance.now() >= until) resolve()
      else if (answered === 0)
        reject(fault ?? new Error('the server closed before it answered once'))
      else resolve(ask(port, until, pick, latencies, answers))
    })
  })
}
