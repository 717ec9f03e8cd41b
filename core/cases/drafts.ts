/** 草稿: an application being filled in, pinned to the item version it was begun under. */
import type { Knex } from 'knex'
import type { Channel, DraftTransport, FormData } from '../../contracts/filing.ts'
import { problem, type ProblemField } from '../../contracts/problems.ts'
import { getActiveVersion, getItemVersion, type ItemVersion } from '../catalogue/item-versions.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { sql } from '../database/sql.ts'
import { hashToken, newDraftToken, tokenMatches } from './case-access.ts'
import { checkFiling, type Filing } from './check-case.ts'
import {
  filesByMaterial,
  filesJson,
  toMaterialFile,
  type MaterialFile,
  type StoredMaterialFile,
} from './material-files.ts'

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
  /** what is written on top of this reading is written only if it still holds */
  readonly revision: string
  /** papers uploaded so far */
  readonly files: readonly MaterialFile[]
}

/** The applicant shows the token; the clerk who lodges for a citizen is known by the session. */
export type DraftAccess = { readonly token: string } | { readonly personId: string }

export interface NewDraft {
  readonly itemCode: string
  /** the active version, for a caller who has just asked for it */
  readonly version?: ItemVersion
  readonly channel: Channel
  readonly lodgedBy?: { readonly personId: string; readonly unit: string }
}

export function createDrafts({ db, clock }: { db: Knex; clock: Clock }) {
  /** @throws ITEM_NOT_FOUND, ITEM_SUSPENDED, CHANNEL_NOT_OFFERED */
  async function start(
    input: NewDraft,
  ): Promise<{ draftId: string; draftToken: string; version: number }> {
    const version = input.version ?? (await getActiveVersion(db, input.itemCode))
    if (!version.package.channels.includes(input.channel)) {
      throw problem('CHANNEL_NOT_OFFERED', { allowed: version.package.channels })
    }
    const { token, tokenHash } = newDraftToken()
    const [row] = await sql<{ id: string }>(db, START, [
      version.id,
      input.channel,
      tokenHash,
      input.lodgedBy?.personId ?? null,
      input.lodgedBy?.unit ?? null,
      clock.now(),
    ])
    if (row === undefined) throw new Error('the draft was not stored')
    return { draftId: row.id, draftToken: token, version: version.version }
  }

  /** @throws DRAFT_NOT_FOUND */
  function get(draftId: string, access: DraftAccess): Promise<Draft> {
    return openDraft(db, draftId, access)
  }

  /** Replaces what is given and keeps the rest. @throws DRAFT_NOT_FOUND, ALREADY_SUBMITTED */
  async function save(
    draftId: string,
    access: DraftAccess,
    input: { form?: FormData; transport?: DraftTransport },
  ): Promise<void> {
    const saved = await sql(db, SAVE, [
      draftId,
      'token' in access ? hashToken(access.token) : null,
      'token' in access ? null : access.personId,
      input.form === undefined ? null : JSON.stringify(input.form),
      input.transport === undefined ? null : JSON.stringify(input.transport),
      clock.now(),
    ])
    if (saved.length === 1) return
    await openDraft(db, draftId, access)
    throw problem('ALREADY_SUBMITTED')
  }

  /** The same answer that submit would give. */
  async function check(draftId: string, access: DraftAccess): Promise<ProblemField[]> {
    const draft = await openDraft(db, draftId, access)
    const version = await getItemVersion(db, draft.itemVersionId)
    return checkFiling(version, filingOf(draft, dayOf(clock.now())))
  }

  async function versionOf(draft: Draft): Promise<ItemVersion> {
    return getItemVersion(db, draft.itemVersionId)
  }

  return { start, get, save, check, versionOf }
}

export type Drafts = ReturnType<typeof createDrafts>

const START = `
  insert into case_draft (item_version_id, channel, token_hash, lodged_by, lodged_unit, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $6) returning id`

const SAVE = `
  update case_draft
     set form = coalesce($4::jsonb, form), transport = coalesce($5::jsonb, transport), updated_at = $6, revision = revision + 1
   where id = $1 and submitted_key is null and (token_hash = $2::text or lodged_by = $3::uuid)
  returning id`

export function filingOf(draft: Draft, today: string): Filing {
  return {
    channel: draft.channel,
    form: draft.form,
    transport: draft.transport,
    files: filesByMaterial(draft.files),
    today,
  }
}

interface Row extends Omit<Draft, 'files'> {
  readonly files: readonly StoredMaterialFile[]
  readonly tokenHash: string
}

const OPEN = `
  select d.id, d.item_version_id as "itemVersionId", d.channel, d.form, d.transport, d.lodged_by as "lodgedBy",
         d.lodged_unit as "lodgedUnit", d.updated_at as "updatedAt", d.submitted_key as "submittedKey", d.revision,
         d.token_hash as "tokenHash", (${filesJson('m.draft_id = d.id')}) as "files"
    from case_draft as d where d.id = $1`

/** A wrong id and a wrong token look the same. @throws DRAFT_NOT_FOUND */
export async function openDraft(db: Knex, draftId: string, access: DraftAccess): Promise<Draft> {
  const [row] = await sql<Row>(db, OPEN, [draftId])
  if (row === undefined) throw problem('DRAFT_NOT_FOUND')
  const { tokenHash, ...draft } = row
  const allowed =
    'token' in access ? tokenMatches(access.token, tokenHash) : draft.lodgedBy === access.personId
  if (!allowed) throw problem('DRAFT_NOT_FOUND')
  return {
    ...draft,
    itemVersionId: String(draft.itemVersionId),
    revision: String(draft.revision),
    files: row.files.map(toMaterialFile),
  }
}
