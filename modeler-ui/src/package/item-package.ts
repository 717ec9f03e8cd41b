import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'

import type { Drawing } from '../diagram/workbench.ts'
import type { StepEntry } from '../diagram/step-book.ts'

/** An item package in the browser: path -> bytes. Everything but the flow and the steps stays as it was published. */
export type PackageFiles = Readonly<Record<string, Uint8Array<ArrayBuffer>>>

const FLOW = 'flow.bpmn'
const ITEM = 'item.json'

interface ItemFile {
  readonly guide: { readonly taskName: { readonly zh: string; readonly en: string } }
  readonly steps: Readonly<Record<string, StepEntry>>
}

export interface OpenPackage {
  readonly files: PackageFiles
  readonly name: { readonly zh: string; readonly en: string }
  readonly drawing: Drawing
}

/** @throws Error when the zip is damaged or has no flow */
export function openPackage(zip: ArrayBuffer): OpenPackage {
  const files = unzipSync(new Uint8Array(zip)) as PackageFiles
  const item = JSON.parse(textOf(files, ITEM)) as ItemFile
  return {
    files,
    name: item.guide.taskName,
    drawing: { xml: textOf(files, FLOW), steps: item.steps },
  }
}

/** The package with another drawing; item.json is written anew only when its steps changed. */
export function packDrawing(files: PackageFiles, drawing: Drawing): Blob {
  const item = JSON.parse(textOf(files, ITEM)) as ItemFile
  const same = JSON.stringify(item.steps) === JSON.stringify(drawing.steps)
  const changed = {
    [FLOW]: strToU8(drawing.xml),
    ...(same
      ? {}
      : { [ITEM]: strToU8(`${JSON.stringify({ ...item, steps: drawing.steps }, null, 2)}\n`) }),
  }
  const zip = zipSync({ ...files, ...changed }, { level: 6 })
  return new Blob([zip], { type: 'application/zip' })
}

function textOf(files: PackageFiles, path: string): string {
  const bytes = files[path]
  if (bytes === undefined) throw new Error(`the package has no ${path}`)
  return strFromU8(bytes)
}
