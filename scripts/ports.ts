import { createServer } from 'node:net'

import { startProblem } from './start-problems.ts'
import { PORTS, type PortName, type StartSettings } from './start-settings.ts'

/** Tries every port before anything is started, and names the first that is taken. */
export async function refuseTakenPorts(settings: StartSettings): Promise<void> {
  for (const name of Object.keys(PORTS) as PortName[]) {
    const host = name === 'server' ? settings.serverHost : '127.0.0.1'
    const fault = await tryPort(settings.ports[name], host)
    if (!fault) continue
    const { variable, what } = PORTS[name]
    if (fault.code === 'EADDRINUSE') {
      throw startProblem.portInUse(settings.ports[name], variable, what)
    }
    throw startProblem.portForbidden(settings.ports[name], variable, what, fault)
  }
}

function tryPort(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** A port nobody holds at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
