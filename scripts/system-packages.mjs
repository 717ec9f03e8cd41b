/**
 * The Debian packages the tests look with: a browser, a system font for rare characters, and the
 * tools that read a PDF back. `npm start` needs none of them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NEEDED = [
  { name: 'chromium', there: () => onPath('chromium') || onPath('chromium-browser') },
  {
    name: 'fonts-noto-cjk',
    there: () => existsSync('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'),
  },
  { name: 'poppler-utils', there: () => onPath('pdftotext') },
]

/** Names of the packages this machine lacks. */
export function missingSystemPackages() {
  return NEEDED.filter(({ there }) => !there()).map(({ name }) => name)
}

/**
 * Installs them where that is allowed (root with apt). Elsewhere it says the one command and goes
 * on: a test that needs one of them then fails and names it.
 */
export function installSystemPackages(say) {
  const missing = missingSystemPackages()
  if (missing.length === 0) return
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    say(`安装系统软件包 installing ${missing.join(', ')}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
    const { status } = spawnSync('apt-get', ['-qq', ...install], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    })
    if (status === 0 && missingSystemPackages().length === 0) return
  }
  say(
    `缺少 ${missing.join('、')}，部分测试会因此失败。安装命令 missing, some tests will fail without; install with:\n  sudo apt-get ${install.join(' ')}`,
  )
}

function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, program)))
}
