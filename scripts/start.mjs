/**
 * `npm start` on a bare machine: the checks and the installation that come before any package.
 * The rest is start.ts, loaded into this same process, so that a signal has one addressee.
 */
import {
  checkJava,
  checkNode,
  checkPlatform,
  installPackages,
  linkPostgresLibraries,
  sayAndExit,
} from './prerequisites.mjs'

try {
  checkNode()
  checkPlatform()
  checkJava()
  installPackages((line) => console.log(`· ${line}`))
  linkPostgresLibraries()
} catch (error) {
  sayAndExit(error)
}

const { register } = await import('tsx/esm/api')
register()
await import('./start.ts')
