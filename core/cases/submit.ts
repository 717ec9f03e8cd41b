/** Filing: one transaction makes the case, its form, its first events, the intent to start the engine and the first notice. */
import type { Knex } from 'knex'
import type { Actor } from '../../contracts/case-events.ts'
import type { CaseReceipt, Transport } from '../../contracts/filing.ts'
import { problem } from '../../contracts/problems.ts'
import type { EngineVariables } from '../../contracts/variables.ts'
import { evaluateFacts } from '../catalogue/evaluate-facts.ts'
import { getItemVersion, type ItemVersion } from '../catalogue/item-versions.ts'
import type { CalendarSource } from '../clock/calendar.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { orderDocument } from '../documents/order-document.ts'
import { intendNotice } from '../notices/intend-notice.ts'
import { queryCodeOf } from './case-access.ts'
import { appendCaseEvent } from './case-events.ts'
import { nextCaseNumbers } from './case-numbers.ts'
import { checkFiling } from './check-case.ts'
import { filingOf, openDraft, type Draft, type DraftAccess } from './drafts.ts'
import { putEngineCommand } from './engine-commands.ts'
import { listDraftFiles, materialList, type MaterialFile } from './material-files.ts'
import { receive } from './receive.ts'

export interface SubmitDeps {
  readonly db: Knex
  readonly clock: Clock
  readonly calendar: CalendarSource
  /** key of `queryCodeOf` */
  readonly queryKey: Buffer
}

export function createSubmit({ db, clock, calendar, queryKey }: SubmitDeps) {
  /**
   * Exactly once for a draft: a repeat with the same key gives the same receipt.
   * @param key the Idempotency-Key of the request
   * @throws DRAFT_INCOMPLETE (fields), ALREADY_SUBMITTED, DRAFT_NOT_FOUND
   */
  async function submit(draftId: string, access: DraftAccess, key: string): Promise<CaseReceipt> {
    const draft = await openDraft(db, draftId, access)
    if (draft.submittedKey !== null) return repeated(db, draft, key)
    const version = await getItemVersion(db, draft.itemVersionId)
    requireComplete(version, draft, await listDraftFiles(db, draftId))
    const days = await calendar.get()
    const numbers = await nextCaseNumbers(db, version.package.guide.taskCode, dayOf(clock.now()))
    return db.transaction(async (trx) => {
      const locked = await openDraft(trx, draftId, access, { lock: true })
      if (locked.submittedKey !== null) return repeated(trx, locked, key)
      // Saved or uploaded meanwhile: what is filed is what was checked.
      requireComplete(version, locked, await listDraftFiles(trx, draftId))
      const at = clock.now()
      const caseId = await insertCase(trx, locked, version, { ...numbers, at })
      const of = { id: caseId, caseNo: numbers.caseNo }
      const transport = locked.transport as Transport
      await trx('case_draft').where({ id: draftId }).update({ submitted_key: key, updated_at: at })
      await trx('material_file')
        .where({ draft_id: draftId })
        .update({ case_id: caseId, filed: true })
      const materials = materialList(await listDraftFiles(trx, draftId))
      const actor: Actor =
        locked.lodgedBy === null ? { kind: 'applicant', id: 'applicant' } : staff(locked)
      await appendCaseEvent(trx, of, {
        type: 'submitted',
        at,
        actor,
        payload: {
          snapshot: 1,
          channel: locked.channel,
          inbound: transport.inbound,
          delivery: transport.delivery,
          materials,
        },
      })
      // A parcel is received when EMS hands it over (704), not when it is promised.
      if (transport.inbound !== 'ems')
        await receive(trx, of, { by: transport.inbound, at, actor, calendar: days })
      const { documentId } = await orderDocument(trx, {
        caseId,
        kind: 'submission-receipt',
        cause: 'submitted',
        at,
      })
      await intendNotice(trx, {
        caseId,
        notice: 'received',
        key: `${numbers.caseNo}:received`,
        at,
        params: { queryCode: queryCodeOf(queryKey, numbers.caseNo) },
      })
      await putEngineCommand(
        trx,
        {
          kind: 'start',
          caseId,
          itemVersionId: version.id,
          businessKey: numbers.caseNo,
          variables: startVariables(version, locked, transport, numbers.caseNo),
        },
        at,
      )
      return receipt(numbers, at, documentId)
    })
  }

  function requireComplete(
    version: ItemVersion,
    draft: Draft,
    files: readonly MaterialFile[],
  ): void {
    const problems = checkFiling(version, filingOf(draft, files, dayOf(clock.now())))
    if (problems.length > 0) throw problem('DRAFT_INCOMPLETE', { fields: problems })
  }

  async function repeated(
    on: Knex | Knex.Transaction,
    draft: Draft,
    key: string,
  ): Promise<CaseReceipt> {
    if (draft.submittedKey !== key) throw problem('ALREADY_SUBMITTED')
    const row = (await on('case_file as f')
      .join('document as d', 'd.case_id', 'f.id')
      .select({
        caseNo: 'f.case_no',
        unifiedNo: 'f.unified_no',
        at: 'f.submitted_at',
        documentId: 'd.id',
      })
      .where({ 'f.draft_id': draft.id, 'd.kind': 'submission-receipt' })
      .first()) as { caseNo: string; unifiedNo: string; at: Date; documentId: string } | undefined
    if (row === undefined) throw new Error('a submitted draft has no case')
    return receipt(row, row.at, row.documentId)
  }

  function receipt(
    numbers: { caseNo: string; unifiedNo: string },
    at: Date,
    documentId: string,
  ): CaseReceipt {
    return {
      caseNo: numbers.caseNo,
      unifiedNo: numbers.unifiedNo,
      queryCode: queryCodeOf(queryKey, numbers.caseNo),
      submittedAt: at.toISOString(),
      receiptDocumentId: documentId,
    }
  }

  return { submit }
}

export type Submit = ReturnType<typeof createSubmit>

function staff(draft: Draft): Actor {
  return {
    kind: 'staff',
    id: draft.lodgedBy ?? '',
    ...(draft.lodgedUnit === null ? {} : { unit: draft.lodgedUnit }),
  }
}

async function insertCase(
  trx: Knex.Transaction,
  draft: Draft,
  version: ItemVersion,
  numbers: { caseNo: string; unifiedNo: string; at: Date },
): Promise<string> {
  const { units } = version.package
  const handling =
    draft.lodgedUnit !== null && units.handling.includes(draft.lodgedUnit)
      ? draft.lodgedUnit
      : units.handling[0]
  const [row] = await trx('case_file')
    .insert({
      case_no: numbers.caseNo,
      unified_no: numbers.unifiedNo,
      draft_id: draft.id,
      item_version_id: version.id,
      item_code: version.itemCode,
      deciding_unit: units.deciding,
      handling_unit: handling,
      channel: draft.channel,
      submitted_at: numbers.at,
    })
    .returning<{ id: string }[]>('id')
  if (row === undefined) throw new Error('the case was not stored')
  await trx('case_form').insert({
    case_id: row.id,
    snapshot: 1,
    form: JSON.stringify(draft.form),
    transport: JSON.stringify(draft.transport),
    at: numbers.at,
  })
  return String(row.id)
}

/** Keys and choices only; facts are declared scalars of the item (contracts/variables.ts). */
function startVariables(
  version: ItemVersion,
  draft: Draft,
  transport: Transport,
  caseNo: string,
): EngineVariables {
  return {
    caseNo,
    itemVersion: `${version.itemCode}@${version.version}`,
    inbound: transport.inbound,
    delivery: transport.delivery,
    ...evaluateFacts(version.package, draft.form),
  }
}
