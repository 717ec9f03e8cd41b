import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { fail, ok, warn, type Finding } from './finding.ts'
import { fontCovers } from './font-coverage.ts'

/** Characters of real names and places that the fonts of the npm registry lack. */
const RARE_CHARACTERS = '𠮷㛃䶮'

const BUNDLED = [
  '@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf',
  '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
]

/** Where Debian, Fedora and Arch put Noto CJK. */
const SYSTEM = [
  '/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc',
  '/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Regular.ttc',
  '/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc',
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc',
]

/** Which font the papers are set in, and which one draws the rare characters. */
export function checkFonts(): Finding[] {
  return [checkBundled(), checkRare()]
}

function checkBundled(): Finding {
  const require = createRequire(import.meta.url)
  const missing = BUNDLED.filter((path) => {
    const [scope = '', name = '', ...rest] = path.split('/')
    const folder = dirname(require.resolve(`${scope}/${name}/package.json`))
    return !existsSync(join(folder, ...rest))
  })
  if (missing.length > 0) {
    return fail(
      'fonts',
      [`缺少字体文件 ${missing.join('、')}`, `font files are missing: ${missing.join(', ')}`],
      ['运行 npm ci', 'run npm ci'],
    )
  }
  return ok(
    'fonts',
    '文书用 npm 自带的思源宋体、黑体（OFL）',
    'papers are set in Noto Serif SC and Noto Sans SC from npm (OFL)',
  )
}

function checkRare(): Finding {
  const found = SYSTEM.filter((path) => existsSync(path)).map((path) => {
    const font = readFileSync(path)
    const lacking = [...RARE_CHARACTERS].filter((character) => !fontCovers(font, character))
    return { path, lacking }
  })
  const good = found.find(({ lacking }) => lacking.length === 0)
  if (good) {
    return ok(
      'fonts-rare',
      `生僻字（${RARE_CHARACTERS}）用系统字体 ${good.path}`,
      `rare characters (${RARE_CHARACTERS}) come from the system font ${good.path}`,
    )
  }
  const lacking = found[0]?.lacking.join('') ?? RARE_CHARACTERS
  return warn(
    'fonts-rare',
    [
      `没有系统 Noto CJK 字体：${lacking} 会印成方框`,
      `no system Noto CJK font: ${lacking} would print as boxes`,
    ],
    ['安装 fonts-noto-cjk', 'install fonts-noto-cjk'],
  )
}
