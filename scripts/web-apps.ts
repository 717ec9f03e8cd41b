import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Children } from './children.ts'
import { sourcesDigest } from './sources-digest.ts'

/** Folders that vite builds into `<folder>/dist`, once they exist. */
const WEB_APPS = ['hall-ui', 'desk-ui', 'modeler-ui'] as const

/** What an app is made of beside its own folder. */
const SHARED_SOURCES = ['ui-kit', 'api-client', 'package-lock.json']

/** The web apps of this checkout; none is an answer too. */
export function listWebApps(root: string): readonly string[] {
  return WEB_APPS.filter((app) => existsSync(join(root, app, 'vite.config.ts')))
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
    // vite empties dist before it builds: a build cut short leaves no digest behind.
    const digestFile = join(dist, '.sources')
    const digest = sourcesDigest(root, [app, ...SHARED_SOURCES])
    if (existsSync(digestFile) && readFileSync(digestFile, 'utf8') === digest) continue
    say(`编译页面 building the web app: ${app}`)
    await children.run({
      name: `build-${app}`,
      command: process.execPath,
      args: [join(root, 'node_modules/vite/bin/vite.js'), 'build', app],
      cwd: root,
      env,
    })
    mkdirSync(dist, { recursive: true })
    writeFileSync(digestFile, digest)
  }
}
