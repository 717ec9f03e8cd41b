import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Children } from './children.ts'
import { checkMaven } from './prerequisites.mjs'
import { sourcesDigest } from './sources-digest.ts'

export type EngineProduct = 'camunda' | 'operaton'

/** Where Maven leaves the host; the two products must not overwrite each other. */
export function engineJar(root: string, product: EngineProduct): string {
  const name = product === 'camunda' ? 'engine-host.jar' : 'engine-host-operaton.jar'
  return join(root, 'engine/host/target', name)
}

/** Missing, or built from other sources than those in the checkout. */
export function engineJarIsStale(root: string, product: EngineProduct): boolean {
  const jar = engineJar(root, product)
  const digestFile = `${jar}.sources`
  return (
    !existsSync(jar) ||
    !existsSync(digestFile) ||
    readFileSync(digestFile, 'utf8') !== hostSources(root)
  )
}

/** Builds the host when needed; says so before, as a first build takes a minute. */
export async function buildEngineJar(options: {
  readonly root: string
  readonly product: EngineProduct
  readonly children: Pick<Children, 'run'>
  readonly env: Readonly<Record<string, string>>
  readonly say: (line: string) => void
}): Promise<void> {
  const { root, product, children, env, say } = options
  if (!engineJarIsStale(root, product)) return
  checkMaven()
  // Read before the build: an edit made meanwhile must lead to another build.
  const digest = hostSources(root)
  say(`编译引擎（首次约一两分钟）… building the engine host: ${product}`)
  const profile = product === 'operaton' ? ['-Poperaton'] : []
  await children.run({
    name: `build-engine-${product}`,
    command: 'mvn',
    args: ['-q', '-B', '-f', 'engine/host/pom.xml', ...profile, 'package', '-DskipTests'],
    cwd: root,
    env,
  })
  writeFileSync(`${engineJar(root, product)}.sources`, digest)
}

function hostSources(root: string): string {
  return sourcesDigest(join(root, 'engine/host'), ['pom.xml', 'src/main'])
}
