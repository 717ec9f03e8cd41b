import { checkDatabase } from './doctor/database.ts'
import type { Environment, Finding } from './doctor/finding.ts'
import { checkFonts } from './doctor/fonts.ts'
import { checkFileStore, checkJavaVersion, checkNodeVersion } from './doctor/machine.ts'
import { checkEngine, checkIssuer, checkPartners, checkServer } from './doctor/network.ts'
import { findInstallation } from './doctor/settings.ts'
import { isStartProblem, sayProblem } from './start-problems.ts'

/**
 * `npm run doctor`: examines an installation and says what is wrong and what to do. Changes
 * nothing. Exit code 1 when something fails; `-- --json` gives one array for machines.
 */
async function main(): Promise<number> {
  const { env, zh, en, findings: ofSettings } = await findInstallation(process.env)
  const findings: readonly Finding[] = [
    checkNodeVersion(),
    checkJavaVersion(engineIsHere(env)),
    ...checkFonts(),
    ...ofSettings,
    await checkFileStore(env),
    ...(await checkDatabase(env)),
    await checkEngine(env),
    ...(await checkPartners(env)),
    await checkServer(env),
    await checkIssuer(env),
  ]
  if (process.argv.includes('--json')) console.log(JSON.stringify(findings, undefined, 2))
  else print(zh, en, findings)
  return findings.some(({ status }) => status === 'fail') ? 1 : 0
}

function engineIsHere(env: Environment): boolean {
  const url = env['ENGINE_URL']
  if (!url || !URL.canParse(url)) return false
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname)
}

const SIGNS = { ok: '✓', warn: '!', fail: '✗' } as const

function print(zh: string, en: string, findings: readonly Finding[]): void {
  console.log(`${zh}\n${en}\n`)
  const width = Math.max(...findings.map(({ check }) => check.length))
  const indent = ' '.repeat(width + 4)
  for (const finding of findings) {
    console.log(`${SIGNS[finding.status]} ${finding.check.padEnd(width)}  ${finding.zh}`)
    if (finding.en !== finding.zh) console.log(`${indent}${finding.en}`)
    if (finding.remedyZh) console.log(`${indent}→ ${finding.remedyZh}`)
    if (finding.remedyEn && finding.remedyEn !== finding.remedyZh) {
      console.log(`${indent}→ ${finding.remedyEn}`)
    }
  }
  const count = (status: Finding['status']) => findings.filter((f) => f.status === status).length
  console.log(`\n${count('ok')} ok, ${count('warn')} warn, ${count('fail')} fail`)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(isStartProblem(error) ? sayProblem(error) : error)
  process.exitCode = 1
}
