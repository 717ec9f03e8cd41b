/** `npm run doctor`: needs the packages, so it says first when they are missing. */
import { checkNode, linkPostgresLibraries, packagesAreCurrent } from './prerequisites.mjs'
import { sayAndExit } from './prerequisites.mjs'

try {
  checkNode()
} catch (error) {
  sayAndExit(error)
}
if (!packagesAreCurrent()) {
  console.error(
    '✗ PACKAGES_MISSING\n  依赖没有装全：先运行 npm ci（或 npm start），再运行 npm run doctor。\n  The packages are not those of package-lock.json: run npm ci (or npm start), then npm run doctor.',
  )
  process.exit(1)
}
linkPostgresLibraries()

const { register } = await import('tsx/esm/api')
register()
await import('./doctor.ts')
