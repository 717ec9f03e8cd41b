import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import { root } from '../scripts/prerequisites.mjs'

/** A program of its own process, so that its CPU time can be told from the others'. */
export interface Driver<Order, Report> {
  readonly pid: number
  /** One order at a time. @throws the driver's own fault */
  run(order: Order): Promise<Report>
  stop(): Promise<void>
}

type Reply<Report> =
  { readonly kind: 'ready' } | { readonly kind: 'done'; readonly report: Report } | Fault
interface Fault {
  readonly kind: 'fault'
  readonly message: string
}

/** Starts `program` (it calls `serveOrders`) with `settings` and waits until it is ready for orders. */
export async function startDriver<Settings, Order, Report>(
  program: string,
  settings: Settings,
): Promise<Driver<Order, Report>> {
  const child = fork(program, {
    cwd: root,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  // By message: two thousand requests with their tokens are more than a command line may hold.
  child.send(settings as object)
  await reply<Report>(child)
  return {
    pid: child.pid ?? 0,
    async run(order) {
      child.send(order as object)
      const answer = await reply<Report>(child)
      if (answer.kind !== 'done')
        throw new Error(`${program}: "${answer.kind}" instead of a report`)
      return answer.report
    },
    async stop() {
      if (child.exitCode !== null) return
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

async function reply<Report>(child: ChildProcess): Promise<Exclude<Reply<Report>, Fault>> {
  const answer = await new Promise<Reply<Report>>((resolve, reject) => {
    const died = () => reject(new Error('a driver of the benchmark ended'))
    child.once('exit', died)
    child.once('message', (message) => {
      child.off('exit', died)
      resolve(message as Reply<Report>)
    })
  })
  if (answer.kind === 'fault') throw new Error(answer.message)
  return answer
}

/** The other end: `begin` gets the settings and gives what carries out an order; ends when the bench lets go. */
export function serveOrders<Settings, Order, Report>(
  begin: (settings: Settings) => Promise<(order: Order) => Promise<Report>>,
): void {
  const tell = (answer: Reply<Report>) => process.send?.(answer)
  const fault = (error: unknown) =>
    tell({
      kind: 'fault',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  process.once('disconnect', () => process.exit())
  process.once('message', (settings) => {
    begin(settings as Settings).then((carryOut) => {
      process.on('message', (order) => {
        carryOut(order as Order).then((report) => tell({ kind: 'done', report }), fault)
      })
      tell({ kind: 'ready' })
    }, fault)
  })
}
