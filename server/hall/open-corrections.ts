import type { OpenCorrections } from '../../contracts/hall.ts'
import type { Database } from '../../core/database/database.ts'
import {
  askedMaterials,
  isMaterial,
  openCorrection,
  openTolerance,
} from '../../core/cases/asked-materials.ts'
import { loadCase } from '../../core/cases/load-case.ts'
import { toFileView } from './views.ts'

/** Only the fields the notice lists are shown back: the rest of the form stays in the file. */
export async function openCorrectionsOf(db: Database, caseNo: string): Promise<OpenCorrections> {
  const { events, files, form, version } = await loadCase(db, { caseNo })
  const correction = openCorrection(events)
  const tolerance = openTolerance(events)
  const asked = askedMaterials(events)
  const fields = (correction?.defects ?? []).filter((d) => !isMaterial(d)).map((d) => d.subject)
  const nameOf = (code: string) =>
    version.package.materials.find((m) => m.code === code)?.name ?? { zh: code, en: code }
  return {
    ...(correction === undefined
      ? {}
      : { correction: { deadline: correction.deadline, defects: correction.defects } }),
    ...(tolerance === undefined
      ? {}
      : {
          tolerance: {
            deadline: tolerance.deadline,
            materials: tolerance.materials.map((code) => ({ code, name: nameOf(code) })),
          },
        }),
    form: Object.fromEntries(Object.entries(form).filter(([key]) => fields.includes(key))),
    uploads: files
      .filter((file) => !file.filed && asked.includes(file.materialCode))
      .map(toFileView),
  }
}
