import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Children } from './children.ts'
import { installPackages } from './prerequisites.mjs'
import { sourcesDigest } from './sources-digest.ts'

/** Folders that are built into `<folder>/dist` by their own `build` script, once they exist. */
const WEB_APPS = ['hall-ui', 'desk-ui', 'modeler-ui'] as const

/** What an app is made of beside its own folder. */
const SHARED_SOURCES = ['ui-kit', 'api-client', 'package-lock.json']

/** The web apps of this checkout; none is an answer too. */
export function listWebApps(root: string): readonly string[] {
  return WEB_APPS.filter((app) => existsSync(join(root, app, 'package.json')))
}

/** Builds what is missing or older than its sources. */
export async function buildWebApps(options: {
  readonly root: string
  readonly children: Pick<Children, 'run'>
  readonly env: Readonly<Record<string, string>>
  readonly say: (line: string) => void
}): Promise<void> {
  const { root, children, env, say } = options
  for (const app of listWebApps(root)) {
    const dist = join(root, app, 'dist')
    const digestFile = join(dist, '.sources')
    const digest = sourcesDigest(root, [app, ...SHARED_SOURCES])
    if (existsSync(digestFile) && readFileSync(digestFile, 'utf8') === digest) continue
    // An app outside the workspace brings its own lock file.
    if (existsSync(join(root, app, 'package-lock.json'))) installPackages(say, join(root, app))
    say(`编译页面 building the web app: ${app}`)
    await children.run({
      name: `build-${app}`,
      command: 'npm',
      args: ['run', 'build'],
      cwd: join(root, app),
      env,
    })
    mkdirSync(dist, { recursive: true })
    writeFileSync(digestFile, digest)
  }
}
