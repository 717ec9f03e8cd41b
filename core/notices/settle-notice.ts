/** The answers to the messages of a notice, and the event that the applicant was told once all of them are answered. */
import type { Knex } from 'knex'
import { beginChange, type CaseChange, type ChangeBase } from '../cases/case-change.ts'
import { lockCase } from '../cases/case-events.ts'
import { repeatUntilWritten } from '../cases/change-case.ts'
import { writeChange } from '../cases/write-change.ts'
import type { Clock } from '../clock/clock.ts'
import { sql } from '../database/sql.ts'
import { settlementPart, type Effect, type Settlement } from '../effects/effects.ts'
import type { NoticeEffect } from './intend-notice.ts'
import type { NoticeKind } from './notice-params.ts'

type Answer = Pick<Settlement, 'state' | 'answer'>

/** `<key>:sms` and `<key>:mail` are one notice. */
export function noticeKeyOf(effectKey: string): string {
  return effectKey.replace(/:(sms|mail)$/, '')
}

/** Key under which `case_act` keeps that the applicant was told. */
export function noticedAct(noticeKey: string): string {
  return `noticed:${noticeKey}`
}

/** One message of a notice as the ledger has it, with the answer that is to be written now. */
export interface Channel extends Pick<NoticeEffect, 'kind'> {
  readonly id: string
  readonly state: Effect['state']
  readonly answer?: Answer | undefined
}

export interface NoticeOfCase {
  readonly key: string
  readonly notice: NoticeKind
  /** SMS first */
  readonly channels: readonly Channel[]
}

type Deps = { readonly db: Knex; readonly clock: Clock }
/** `acted`: the event of this notice is in the file already */
type Base = ChangeBase & { readonly acted: boolean }

/**
 * For whoever has just intended all messages of a notice and so knows the case without reading it: one statement.
 * @param base the case after that intent (`stateAfter`), asked for `noticedAct` when it was read
 * @returns false, and nothing settled, when the case has moved on or a message is settled: then `settleNotice`, one by one
 */
export async function settleIntended(
  { db, clock }: Deps,
  base: Base,
  of: NoticeOfCase,
): Promise<boolean> {
  return (await writeChange(db, settlementOf(base, clock.now(), of))) !== undefined
}

/**
 * One message, whatever has become of the case and of the other one since.
 * @returns false when another attempt settled the message first
 */
export async function settleNotice(
  { db, clock }: Deps,
  effect: Pick<Effect, 'id' | 'caseId' | 'key' | 'request'>,
  answer: Answer,
): Promise<boolean> {
  const key = noticeKeyOf(effect.key)
  const { notice } = effect.request as { notice: NoticeKind }
  return repeatUntilWritten(
    db,
    async (on) => {
      const { base, channels } = await readNotice(on, effect.caseId, key)
      const own = channels.find(({ id }) => id === effect.id)
      if (own === undefined || isOver(own.state)) return false
      const answered = channels.map((channel) => (channel === own ? { ...own, answer } : channel))
      const change = settlementOf(base, clock.now(), { key, notice, channels: answered })
      return (await writeChange(on, change)) && true
    },
    (trx) => lockCase(trx, { caseId: effect.caseId }),
  )
}

/**
 * When the last channel has been answered, the file says once by which channels the applicant was told. A notice no channel
 * took leaves no event: the ledger shows the refusals.
 */
function settlementOf(base: Base, at: Date, { key, notice, channels }: NoticeOfCase): CaseChange {
  const change = beginChange(base, at)
  const ends = channels.flatMap(({ id, answer }) =>
    answer === undefined ? [] : [{ id, ...answer }],
  )
  const ids = ends.map(({ id }) => id)
  change.only({ sql: AS_KNOWN, values: [channels.length, ids, ...channelKeys(key)] })
  change.also(settlementPart(ends, at))
  const states = channels.map(({ kind, state, answer }) => ({
    kind,
    state: answer?.state ?? state,
  }))
  const told = states.filter(({ state }) => state === 'done').map(({ kind }) => CHANNEL[kind])
  if (states.every(({ state }) => isOver(state)) && told.length > 0 && !base.acted) {
    change.once(noticedAct(key))
    change.append({
      type: 'noticed',
      actor: { kind: 'system', id: 'notify' },
      payload: { notice, channels: told },
    })
  }
  return change
}

/**
 * The ledger has just the channels that are known, and those to be settled are open. All or none: with half of a notice settled
 * here and its event left out, nobody would ever write the event. It looks per row of `touched`, so the case is locked first.
 */
const AS_KNOWN = `
  select touched.id, touched.case_no from touched
   where (select count(*) = ? and bool_and(c.settled_at is null or c.id <> all (?::bigint[]))
            from (select e.id, e.settled_at from effect as e
                   where e.case_id = touched.id and e.key in (?, ?) for update) as c)`

interface Row {
  readonly id: string | number
  readonly caseNo: string
  readonly revision: string | number
  readonly last: { readonly seq: number; readonly hash: string }
  readonly clock: number
  readonly acted: boolean
  readonly channels: readonly Channel[]
}

/** Only the end of the file: what a notice was about need not be read again to say that it was told. */
const READ = `
  select f.id, f.case_no as "caseNo", f.revision,
         (select json_build_object('seq', e.seq, 'hash', e.hash) from case_event as e
           where e.case_id = f.id order by e.seq desc limit 1) as "last",
         (select count(*) from clock_entry as c where c.case_id = f.id) as "clock",
         exists (select 1 from case_act as a where a.key = $2) as "acted",
         (select coalesce(json_agg(json_build_object('id', e.id::text, 'kind', e.kind, 'state', e.state) order by e.key desc), '[]')
            from effect as e where e.key in ($3, $4)) as "channels"
    from case_file as f where f.id = $1`

async function readNotice(
  db: Knex,
  caseId: string,
  key: string,
): Promise<{ base: Base; channels: readonly Channel[] }> {
  const [row] = await sql<Row>(db, READ, [caseId, noticedAct(key), ...channelKeys(key)])
  if (row === undefined) throw new Error('an effect without its case')
  const { id, caseNo, revision, last, clock, acted, channels } = row
  return {
    base: {
      case: { id: String(id), caseNo, revision: String(revision) },
      events: { length: last.seq },
      clock: { length: clock },
      lastHash: last.hash,
      acted,
    },
    channels,
  }
}

const channelKeys = (key: string): string[] => [`${key}:sms`, `${key}:mail`]

const CHANNEL = { 'sms.send': 'sms', 'mail.send': 'mail' } as const

function isOver(state: Effect['state']): boolean {
  return state === 'done' || state === 'refused'
}
