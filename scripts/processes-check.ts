/** `npm run processes:check [folder...]`: judges item packages as publishing would, and says where and why. */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { Problem, type ProblemField } from '../contracts/problems.ts'
import { checkPackage } from '../core/catalogue/check-package.ts'
import { readPackageFolder } from '../core/catalogue/read-package.ts'

/** @returns whether every package is fit to publish */
export async function checkFolders(
  folders: readonly string[],
  print: (line: string) => void,
): Promise<boolean> {
  let sound = true
  for (const folder of folders) {
    const name = basename(folder)
    const problems = await problemsOf(folder, (counts) => print(`ok      ${name}: ${counts}`))
    if (problems.length === 0) continue
    sound = false
    print(`REFUSED ${name}: ${problems.length} 处问题 / problems`)
    for (const { field, code, zh, en } of problems)
      print(`  ${name}/${field}\n    ${code}: ${zh}\n    ${en}`)
  }
  return sound
}

async function problemsOf(
  folder: string,
  whenSound: (counts: string) => void,
): Promise<readonly ProblemField[]> {
  try {
    const result = await checkPackage(await readPackageFolder(folder))
    if (!result.ok) return result.problems
    const { package: item, steps, scenarios, decisions } = result
    whenSound(
      `${item.code}, ${steps.length} steps, ${Object.keys(result.formSchema['properties'] ?? {}).length} fields, ` +
        `${item.materials.length} materials, ${item.rules.length} rules, ${decisions.length} decisions, ` +
        `${scenarios.length} scenarios`,
    )
    return []
  } catch (error) {
    if (error instanceof Problem) return error.fields
    throw error
  }
}

function allPackages(): string[] {
  const root = join(import.meta.dirname, '../processes')
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const given = process.argv.slice(2)
  const sound = await checkFolders(given.length > 0 ? given : allPackages(), (line) =>
    console.log(line),
  )
  process.exitCode = sound ? 0 : 1
}
