import { rmSync } from 'node:fs'

import { readProcesses, stopInOrder } from './process-list.ts'

/**
 * Stays beside `npm start` for the one case in which that cannot clean up itself: SIGKILL. The
 * kernel then closes the pipe this program reads, and everything on the list is stopped in order.
 * In all other cases the list is empty by then and there is nothing to do.
 */
const [listFile, temporaryFolder] = process.argv.slice(2)
if (!listFile) throw new Error('usage: watchdog.ts <list of processes> [<folder to remove>]')

// Signals for the terminal's group must not end it before those it watches over.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

process.stdin.resume()
process.stdin.once('close', () => void cleanUp(listFile))

async function cleanUp(list: string): Promise<void> {
  await stopInOrder(readProcesses(list))
  if (temporaryFolder) rmSync(temporaryFolder, { recursive: true, force: true })
}
