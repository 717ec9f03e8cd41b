/** Filing: one statement makes the case, its form, its first events, the intent to start the engine and the first notice. */
import type { Knex } from 'knex'
import type { Actor, CaseEvent } from '../../contracts/case-events.ts'
import type { CaseReceipt, Transport } from '../../contracts/filing.ts'
import { problem } from '../../contracts/problems.ts'
import type { EngineVariables } from '../../contracts/variables.ts'
import { evaluateFacts } from '../catalogue/evaluate-facts.ts'
import { getItemVersion, type ItemVersion } from '../catalogue/item-versions.ts'
import type { Calendar, CalendarSource } from '../clock/calendar.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { composePaper, paperPart } from '../documents/compose-paper.ts'
import type { PaperCase } from '../documents/paper.ts'
import { noticeEffects } from '../notices/intend-notice.ts'
import { queryCodeOf } from './case-access.ts'
import { beginChange } from './case-change.ts'
import type { ChangePart } from './change-part.ts'
import { genesisHash } from './case-hash.ts'
import { nextCaseNumbers, type CaseNumbers } from './case-numbers.ts'
import { checkFiling } from './check-case.ts'
import { filingOf, openDraft, type Draft, type DraftAccess } from './drafts.ts'
import type { CaseState } from './load-case.ts'
import { materialList } from './material-files.ts'
import { receiveFiling } from './receive.ts'
import { writeNewCase } from './write-change.ts'

/** Whoever saves a draft more often than this while it is submitted is told to stop first. */
const TRIES = 5

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
   * @throws DRAFT_INCOMPLETE (fields), ALREADY_SUBMITTED, DRAFT_NOT_FOUND, DRAFT_CHANGING
   */
  async function submit(draftId: string, access: DraftAccess, key: string): Promise<CaseReceipt> {
    const days = await calendar.get()
    let numbers: CaseNumbers | undefined
    for (let tried = 0; tried < TRIES; tried += 1) {
      const draft = await openDraft(db, draftId, access)
      if (draft.submittedKey !== null) return repeated(draft, key)
      const version = await getItemVersion(db, draft.itemVersionId)
      requireComplete(version, draft)
      numbers ??= await nextCaseNumbers(db, version.package.guide.taskCode, dayOf(clock.now()))
      const filed = await file(draft, version, numbers, days, key)
      // Saved, added to or submitted since it was read: what is filed is what was checked.
      if (filed !== undefined) return filed
    }
    throw problem('DRAFT_CHANGING')
  }

  /** @returns undefined when the draft has changed since it was read; then nothing is written */
  async function file(
    draft: Draft,
    version: ItemVersion,
    numbers: CaseNumbers,
    days: Calendar,
    key: string,
  ): Promise<CaseReceipt | undefined> {
    const at = clock.now()
    const state = newCase(draft, version, numbers, at)
    const { transport, files } = state
    const change = beginChange(state, at)
    const actor: Actor =
      draft.lodgedBy === null ? { kind: 'applicant', id: 'applicant' } : staff(draft)
    change.addSnapshot({ snapshot: 1, form: draft.form, transport })
    change.append({
      type: 'submitted',
      actor,
      payload: {
        snapshot: 1,
        channel: draft.channel,
        inbound: transport.inbound,
        delivery: transport.delivery,
        materials: materialList(files),
      },
    })
    // A parcel is received when EMS hands it over (704), not when it is promised.
    if (transport.inbound !== 'ems')
      receiveFiling(change, { by: transport.inbound, actor, calendar: days })
    // Each was appended with the payload of its type.
    const events = change.events as readonly unknown[] as readonly CaseEvent[]
    const written: PaperCase = { ...state, events, clock: change.clock }
    const paper = await composePaper(db, {
      kind: 'submission-receipt',
      context: written,
      calendar: days,
      at,
    })
    change.also(paperPart(paper, 'submitted'))
    const queryCode = queryCodeOf(queryKey, numbers.caseNo)
    const notice = { notice: 'received', key: `${numbers.caseNo}:received` } as const
    for (const effect of noticeEffects(written, { ...notice, params: { queryCode } }))
      change.intend({ ...effect, at })
    change.command({
      kind: 'start',
      itemVersionId: version.id,
      businessKey: numbers.caseNo,
      variables: startVariables(version, draft, transport, numbers.caseNo),
    })
    change.also({ sql: FILE_PAPERS, values: [draft.id] })
    change.also({ sql: END_DRAFT, values: [key, at, draft.id] })
    const made = await writeNewCase(db, newCaseRow(state, draft), change)
    return made && receipt(numbers, at, paper.documentId)
  }

  function requireComplete(version: ItemVersion, draft: Draft): void {
    const problems = checkFiling(version, filingOf(draft, dayOf(clock.now())))
    if (problems.length > 0) throw problem('DRAFT_INCOMPLETE', { fields: problems })
  }

  async function repeated(draft: Draft, key: string): Promise<CaseReceipt> {
    if (draft.submittedKey !== key) throw problem('ALREADY_SUBMITTED')
    const row = (await db('case_file as f')
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

/** The case as it stands before its first event. */
function newCase(
  draft: Draft,
  version: ItemVersion,
  { caseNo, unifiedNo }: CaseNumbers,
  at: Date,
): CaseState {
  const { units } = version.package
  const handling =
    draft.lodgedUnit !== null && units.handling.includes(draft.lodgedUnit)
      ? draft.lodgedUnit
      : (units.handling[0] ?? '')
  return {
    case: {
      id: '',
      caseNo,
      unifiedNo,
      itemVersionId: version.id,
      itemCode: version.itemCode,
      decidingUnit: units.deciding,
      handlingUnit: handling,
      channel: draft.channel,
      submittedAt: at,
      revision: '0',
    },
    version,
    events: [],
    files: draft.files.map((file) => ({ ...file, filed: true })),
    snapshot: 1,
    form: draft.form,
    transport: draft.transport as Transport,
    clock: [],
    acted: false,
    lastHash: genesisHash(caseNo),
  }
}

/** No row when the draft has another revision than the one that was checked. */
function newCaseRow({ case: of }: CaseState, draft: Draft): ChangePart {
  return {
    sql: `
      insert into case_file (case_no, unified_no, draft_id, item_version_id, item_code, deciding_unit, handling_unit, channel, submitted_at)
      select ?::text, ?::text, d.id, ?::bigint, ?::text, ?::text, ?::text, ?::text, ?::timestamptz
        from case_draft as d where d.id = ? and d.revision = ? and d.submitted_key is null for update
      returning id, case_no`,
    values: [
      of.caseNo,
      of.unifiedNo,
      of.itemVersionId,
      of.itemCode,
      of.decidingUnit,
      of.handlingUnit,
      of.channel,
      of.submittedAt,
      draft.id,
      draft.revision,
    ],
  }
}

const FILE_PAPERS = `
  update material_file as m set case_id = held.id, filed = true from held where m.draft_id = ?`

const END_DRAFT = `
  update case_draft as d set submitted_key = ?, updated_at = ? from held where d.id = ?`

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
