import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** SHA-256 over names and contents below the given paths: the clock of a clone says nothing. */
export function sourcesDigest(folder: string, paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths) addTo(hash, folder, path)
  return hash.digest('hex')
}

function addTo(hash: ReturnType<typeof createHash>, folder: string, path: string): void {
  const full = join(folder, path)
  if (!existsSync(full)) return
  if (statSync(full).isDirectory()) {
    for (const name of readdirSync(full).sort()) {
      if (name !== 'node_modules' && name !== 'dist') addTo(hash, folder, join(path, name))
    }
    return
  }
  const content = readFileSync(full)
  hash.update(`${path}\0${content.length}\0`).update(content)
}
