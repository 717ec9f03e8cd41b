/**
 * `npm test` and `npm run test:long` on a bare machine: installs what is missing, then hands over
 * to test-run.ts in this same process.
 */
import {
  checkJava,
  checkNode,
  checkPlatform,
  installPackages,
  linkPostgresLibraries,
  sayAndExit,
} from './prerequisites.mjs'
import { installSystemPackages } from './system-packages.mjs'

const say = (line) => console.log(`· ${line}`)
try {
  checkNode()
  checkPlatform()
  checkJava()
  installPackages(say)
  linkPostgresLibraries()
  installSystemPackages(say)
} catch (error) {
  sayAndExit(error)
}

const { register } = await import('tsx/esm/api')
register()
await import('./test-run.ts')
