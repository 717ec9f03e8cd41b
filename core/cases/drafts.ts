/** 草稿: an application being filled in, pinned to the item version it was begun under. */
import type { Knex } from 'knex'
import type { Channel, DraftTransport, FormData } from '../../contracts/filing.ts'
import { problem, type ProblemField } from '../../contracts/problems.ts'
import { getActiveVersion, getItemVersion, type ItemVersion } from '../catalogue/item-versions.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { newDraftToken, tokenMatches } from './case-access.ts'
import { checkFiling, type Filing } from './check-case.ts'
import { filesByMaterial, listDraftFiles, type MaterialFile } from './material-files.ts'

export interface Draft {
  readonly id: string
  readonly itemVersionId: string
  readonly channel: Channel
  readonly form: FormData
  readonly transport: DraftTransport
  readonly lodgedBy: string | null
  readonly lodgedUnit: string | null
  readonly updatedAt: Date
  readonly submittedKey: string | null
}

/** The applicant shows the token; the clerk who lodges for a citizen is known by the session. */
export type DraftAccess = { readonly token: string } | { readonly personId: string }

export interface NewDraft {
  readonly itemCode: string
  readonly channel: Channel
  readonly lodgedBy?: { readonly personId: string; readonly unit: string }
}

export function createDrafts({ db, clock }: { db: Knex; clock: Clock }) {
  /** @throws ITEM_NOT_FOUND, ITEM_SUSPENDED, CHANNEL_NOT_OFFERED */
  async function start(
    input: NewDraft,
  ): Promise<{ draftId: string; draftToken: string; version: number }> {
    const version = await getActiveVersion(db, input.itemCode)
    if (!version.package.channels.includes(input.channel)) {
      throw problem('CHANNEL_NOT_OFFERED', { allowed: version.package.channels })
    }
    const { token, tokenHash } = newDraftToken()
    const [row] = await db('case_draft')
      .insert({
        item_version_id: version.id,
        channel: input.channel,
        token_hash: tokenHash,
        lodged_by: input.lodgedBy?.personId ?? null,
        lodged_unit: input.lodgedBy?.unit ?? null,
        created_at: clock.now(),
        updated_at: clock.now(),
      })
      .returning<{ id: string }[]>('id')
    if (row === undefined) throw new Error('the draft was not stored')
    return { draftId: row.id, draftToken: token, version: version.version }
  }

  async function get(
    draftId: string,
    access: DraftAccess,
  ): Promise<{ draft: Draft; files: MaterialFile[] }> {
    const draft = await openDraft(db, draftId, access)
    return { draft, files: await listDraftFiles(db, draftId) }
  }

  /** Replaces what is given and keeps the rest. @throws ALREADY_SUBMITTED */
  async function save(
    draftId: string,
    access: DraftAccess,
    input: { form?: FormData; transport?: DraftTransport },
  ): Promise<void> {
    await openDraft(db, draftId, access)
    const updated = await db('case_draft')
      .where({ id: draftId })
      .whereNull('submitted_key')
      .update({
        ...(input.form === undefined ? {} : { form: JSON.stringify(input.form) }),
        ...(input.transport === undefined ? {} : { transport: JSON.stringify(input.transport) }),
        updated_at: clock.now(),
      })
    if (updated === 0) throw problem('ALREADY_SUBMITTED')
  }

  /** The same answer that submit would give. */
  async function check(draftId: string, access: DraftAccess): Promise<ProblemField[]> {
    const { draft, files } = await get(draftId, access)
    const version = await getItemVersion(db, draft.itemVersionId)
    return checkFiling(version, filingOf(draft, files, dayOf(clock.now())))
  }

  async function versionOf(draft: Draft): Promise<ItemVersion> {
    return getItemVersion(db, draft.itemVersionId)
  }

  return { start, get, save, check, versionOf }
}

export type Drafts = ReturnType<typeof createDrafts>

export function filingOf(draft: Draft, files: readonly MaterialFile[], today: string): Filing {
  return {
    channel: draft.channel,
    form: draft.form,
    transport: draft.transport,
    files: filesByMaterial(files),
    today,
  }
}

/** A wrong id and a wrong token look the same. @throws DRAFT_NOT_FOUND */
export async function openDraft(
  db: Knex | Knex.Transaction,
  draftId: string,
  access: DraftAccess,
  options: { lock?: boolean } = {},
): Promise<Draft> {
  const query = db('case_draft as d')
    .select({
      id: 'd.id',
      itemVersionId: 'd.item_version_id',
      channel: 'd.channel',
      form: 'd.form',
      transport: 'd.transport',
      lodgedBy: 'd.lodged_by',
      lodgedUnit: 'd.lodged_unit',
      updatedAt: 'd.updated_at',
      submittedKey: 'd.submitted_key',
      tokenHash: 'd.token_hash',
    })
    .where('d.id', draftId)
    .first()
  const row = (await (options.lock === true ? query.forUpdate() : query)) as
    (Draft & { tokenHash: string }) | undefined
  if (row === undefined) throw problem('DRAFT_NOT_FOUND')
  const { tokenHash, ...draft } = row
  const allowed =
    'token' in access ? tokenMatches(access.token, tokenHash) : draft.lodgedBy === access.personId
  if (!allowed) throw problem('DRAFT_NOT_FOUND')
  return { ...draft, itemVersionId: String(draft.itemVersionId) }
}
