/** 补正 and 容缺: the applicant supplies what the notice lists, nothing else, once. */
import type { Knex } from 'knex'
import type { Actor, CaseEvent } from '../../contracts/case-events.ts'
import type { FormData } from '../../contracts/filing.ts'
import { problem, type ProblemField } from '../../contracts/problems.ts'
import { Messages } from '../../contracts/variables.ts'
import type { ItemVersion } from '../catalogue/item-versions.ts'
import type { CalendarSource } from '../clock/calendar.ts'
import { appendClockEntry } from '../clock/clock-ledger.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { receiptDay } from '../clock/due-dates.ts'
import { isMaterial, openCorrection, openTolerance } from './asked-materials.ts'
import { addSnapshot, type CaseContext } from './case-context.ts'
import { loadCase } from './load-case.ts'
import { appendCaseEvent, lockCase, recordActOnce } from './case-events.ts'
import { checkFiling } from './check-case.ts'
import { recordMessage } from './engine-messages.ts'
import { filesByMaterial, fileUploads, materialList, type MaterialFile } from './material-files.ts'

const APPLICANT: Actor = { kind: 'applicant', id: 'applicant' }

export interface CorrectionDeps {
  readonly db: Knex
  readonly clock: Clock
  readonly calendar: CalendarSource
}

export function createCorrections({ db, clock, calendar }: CorrectionDeps) {
  /**
   * Files the correction: the listed form fields and the files uploaded since the notice. A repeat with the same key
   * changes nothing.
   * @param patch form key -> new value; only keys the notice lists
   * @throws ACT_NOT_ALLOWED, MATERIAL_NOT_ASKED, DRAFT_INCOMPLETE (fields)
   */
  async function submitCorrection(caseNo: string, patch: FormData, key: string): Promise<void> {
    const days = await calendar.get()
    await db.transaction(async (trx) => {
      const row = await lockCase(trx, { caseNo })
      const at = clock.now()
      if (!(await recordActOnce(trx, row.id, `correction:${row.id}:${key}`, at))) return
      const context = await loadCase(trx, { caseId: row.id })
      const correction = openCorrection(context.events)
      if (correction === undefined || correction.deadline < dayOf(at)) {
        throw problem('ACT_NOT_ALLOWED', { allowed: allowedNow(context.events) })
      }
      refuseUnlisted(
        patch,
        correction.defects.filter((d) => !isMaterial(d)).map((d) => d.subject),
      )
      const asked = correction.defects.filter(isMaterial).map((d) => d.subject)
      const form = { ...context.form, ...patch }
      const filed = await fileUploads(trx, row.id, asked)
      const files = afterFiling(context.files, filed)
      const problems = [
        ...unanswered(correction.defects, context.form, patch, filed),
        ...checkFiling(context.version, {
          channel: row.channel,
          form,
          transport: context.transport,
          files: filesByMaterial(files),
          today: dayOf(at),
        }),
      ]
      if (problems.length > 0) throw problem('DRAFT_INCOMPLETE', { fields: problems })
      const snapshot = context.snapshot + 1
      await addSnapshot(trx, row.id, { snapshot, form, transport: context.transport, at })
      await appendCaseEvent(trx, row, {
        type: 'correction-submitted',
        at,
        actor: APPLICANT,
        payload: { snapshot, materials: materialList(filed) },
      })
      await appendClockEntry(trx, row.id, {
        clock: 'correction',
        kind: 'stop',
        onDay: dayOf(at),
        reason: '已补正',
        at,
      })
      await appendClockEntry(trx, row.id, {
        clock: 'acceptance',
        kind: 'run',
        onDay: receiptDay(days, at),
        reason: '补正后重新计算受理期限，行政许可法第三十二条第一款第（五）项',
        at,
      })
      await recordMessage(trx, row.id, Messages.correctionSubmitted, {}, at)
    })
  }

  /** Files the papers owed under 容缺. @throws ACT_NOT_ALLOWED, DRAFT_INCOMPLETE naming what is still missing */
  async function supplyTolerated(caseNo: string, key: string): Promise<void> {
    await db.transaction(async (trx) => {
      const row = await lockCase(trx, { caseNo })
      const at = clock.now()
      if (!(await recordActOnce(trx, row.id, `tolerance:${row.id}:${key}`, at))) return
      const context = await loadCase(trx, { caseId: row.id })
      const tolerance = openTolerance(context.events)
      if (tolerance === undefined || tolerance.deadline < dayOf(at)) {
        throw problem('ACT_NOT_ALLOWED', { allowed: allowedNow(context.events) })
      }
      const filed = await fileUploads(trx, row.id, tolerance.materials)
      const missing = missingMaterials(context.version, tolerance.materials, filed)
      if (missing.length > 0) throw problem('DRAFT_INCOMPLETE', { fields: missing })
      await appendCaseEvent(trx, row, {
        type: 'tolerance-supplied',
        at,
        actor: APPLICANT,
        payload: { materials: materialList(filed) },
      })
      await recordMessage(trx, row.id, Messages.toleranceSupplied, {}, at)
    })
  }

  return { submitCorrection, supplyTolerated }
}

export type Corrections = ReturnType<typeof createCorrections>

function allowedNow(events: readonly CaseEvent[]): string[] {
  return [
    ...(openCorrection(events) === undefined ? [] : ['submit-correction']),
    ...(openTolerance(events) === undefined ? [] : ['supply-tolerance']),
  ]
}

function refuseUnlisted(patch: FormData, listed: readonly string[]): void {
  const fields = Object.keys(patch)
    .filter((key) => !listed.includes(key))
    .map((key): ProblemField => ({
      field: `/form/${key}`,
      code: 'NOT_LISTED',
      zh: '通知书没有要求改这一项',
      en: 'The notice does not list this field',
    }))
  if (fields.length > 0) throw problem('MATERIAL_NOT_ASKED', { fields, allowed: listed })
}

function afterFiling(before: CaseContext['files'], filed: readonly MaterialFile[]): MaterialFile[] {
  const codes = new Set(filed.map((f) => f.materialCode))
  return [...before.filter((f) => f.filed && !f.replaced && !codes.has(f.materialCode)), ...filed]
}

/** Every listed defect must be answered: a new paper for a material, a changed value for a field. */
function unanswered(
  defects: readonly { kind: 'material' | 'field'; subject: string; fix: string }[],
  form: FormData,
  patch: FormData,
  filed: readonly MaterialFile[],
): ProblemField[] {
  return defects
    .filter((d) =>
      d.kind === 'material'
        ? !filed.some((f) => f.materialCode === d.subject)
        : !(d.subject in patch) ||
          JSON.stringify(patch[d.subject]) === JSON.stringify(form[d.subject]),
    )
    .map((d) => ({
      field: d.subject,
      code: 'NOT_CORRECTED',
      zh: `还没有补正：${d.fix}`,
      en: 'This listed defect is not corrected yet',
    }))
}

function missingMaterials(
  version: ItemVersion,
  owed: readonly string[],
  filed: readonly MaterialFile[],
): ProblemField[] {
  return owed
    .filter((code) => !filed.some((f) => f.materialCode === code))
    .map((code) => {
      const name = version.package.materials.find((m) => m.code === code)?.name
      return {
        field: code,
        code: 'MATERIAL_MISSING',
        zh: `请上传《${name?.zh ?? code}》`,
        en: `Upload "${name?.en ?? code}"`,
      }
    })
}
