import { readProcesses, stopInOrder } from './process-list.ts'

/**
 * Stays beside `npm start` for the one case in which that cannot clean up itself: SIGKILL. The
 * kernel then closes the pipe this program reads, and everything on the list is stopped in order.
 * In all other cases the list is empty by then and there is nothing to do.
 */
const [listFile] = process.argv.slice(2)
if (!listFile) throw new Error('usage: watchdog.ts <file with the list of processes>')

// Signals for the terminal's group must not end it before those it watches over.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

process.stdin.resume()
process.stdin.once('close', () => void stopInOrder(readProcesses(listFile)))
