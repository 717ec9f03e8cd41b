import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

export interface Journal<Entry> {
  /** What was there when it was opened, oldest first. */
  readonly past: readonly Entry[]
  /** Returns when the entry is on disk: only then may the simulator answer. */
  append: (entry: Entry) => void
  close: () => void
}

/**
 * An append-only file of JSON lines, fsynced before `append` returns, so that what a simulator has
 * answered survives kill -9. A last line without its newline was never answered: it is cut off.
 * Without a path everything stays in memory (tests). Throws when a line inside the file is broken.
 */
export function openJournal<Entry>(path: string | undefined): Journal<Entry> {
  if (path === undefined) {
    return { past: [], append: () => undefined, close: () => undefined }
  }
  mkdirSync(dirname(path), { recursive: true })
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
  const past = whole
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry)

  const file = openSync(path, 'a', 0o600)
  if (whole.length < bytes.length) {
    ftruncateSync(file, whole.length)
    fsyncSync(file)
  }
  return {
    past,
    append(entry) {
      writeFileSync(file, `${JSON.stringify(entry)}\n`)
      fsyncSync(file)
    },
    close: () => closeSync(file),
  }
}
