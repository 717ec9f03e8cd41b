/** The shipped packages as tests take and change them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ItemPackage } from '../../../contracts/item-package.ts'
import { checkPackage } from '../../../core/catalogue/check-package.ts'
import type { FormDefinition } from '../../../core/catalogue/form-definition.ts'
import type { PackageFiles } from '../../../core/catalogue/package-files.ts'
import { readPackageFolder } from '../../../core/catalogue/read-package.ts'

const root = join(import.meta.dirname, '../../../processes')
export const ITEMS = ['labour-dispatch', 'flex-pension', 'food-licence'] as const
export type ItemFolder = (typeof ITEMS)[number]

export function packageOf(folder: ItemFolder): Promise<PackageFiles> {
  return readPackageFolder(join(root, folder))
}

export function itemOf(folder: ItemFolder): ItemPackage {
  return JSON.parse(readFileSync(join(root, folder, 'item.json'), 'utf8')) as ItemPackage
}

export function formOf(folder: ItemFolder): FormDefinition {
  return JSON.parse(readFileSync(join(root, folder, 'form.json'), 'utf8')) as FormDefinition
}

/** The package with one file changed; null takes the file away. */
export async function changed(
  folder: ItemFolder,
  path: string,
  change: (text: string) => string | Buffer | null,
): Promise<PackageFiles> {
  const files = new Map(await packageOf(folder))
  const before = files.get(path)?.toString('utf8') ?? ''
  const after = change(before)
  if (after === before) throw new Error(`the change of ${path} changed nothing`)
  if (after === null) files.delete(path)
  else files.set(path, Buffer.from(after))
  return files
}

export type BrokenPackage = readonly [
  what: string,
  folder: ItemFolder,
  path: string,
  change: (text: string) => string | Buffer | null,
  /** `field code` */
  expected: string,
]

export function swap(from: string | RegExp, to: string): (text: string) => string {
  return (text) => text.replace(from, () => to)
}

/** A change of item.json or form.json as an object. */
export function inJson<T>(change: (value: T) => void): (text: string) => string {
  return (text) => {
    const value = JSON.parse(text) as T
    change(value)
    return JSON.stringify(value)
  }
}

/** `field code` of every problem; empty when the package is sound */
export async function problemsOf(files: PackageFiles): Promise<string[]> {
  const result = await checkPackage(files)
  return result.ok ? [] : result.problems.map((problem) => `${problem.field} ${problem.code}`)
}
