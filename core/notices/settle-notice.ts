/** The answer to one message of a notice, and the event that the applicant was told once all of them are answered. */
import type { Knex } from 'knex'
import { changeCase } from '../cases/change-case.ts'
import type { Clock } from '../clock/clock.ts'
import { sql } from '../database/sql.ts'
import { settlementPart, type Effect, type Settlement } from '../effects/effects.ts'
import type { NoticeKind } from './notice-params.ts'

/** `<key>:sms` and `<key>:mail` are one notice. */
export function noticeKeyOf(effectKey: string): string {
  return effectKey.replace(/:(sms|mail)$/, '')
}

interface Channel {
  readonly id: string | number
  readonly kind: 'sms.send' | 'mail.send'
  readonly state: Effect['state']
}

const CHANNELS = `select e.id, e.kind, e.state from effect as e where e.key in ($1, $2) order by e.key desc`

/**
 * When the last channel of a notice has been answered, the file says once by which channels the applicant was told.
 * A notice no channel took leaves no event: the ledger shows the refusals.
 * @returns false when another attempt settled the message first
 */
export async function settleNotice(
  deps: { readonly db: Knex; readonly clock: Clock },
  effect: Pick<Effect, 'id' | 'caseId' | 'key' | 'request'>,
  settled: Pick<Settlement, 'state' | 'answer'>,
): Promise<boolean> {
  const key = noticeKeyOf(effect.key)
  const act = `noticed:${key}`
  const { result } = await changeCase(
    deps,
    { caseId: effect.caseId, act },
    async (of, change, on) => {
      const found = await sql<Channel>(on, CHANNELS, [`${key}:sms`, `${key}:mail`])
      const isOwn = ({ id }: Channel) => String(id) === effect.id
      const own = found.find(isOwn)
      if (own === undefined || isOver(own.state)) return false
      change.only(settlementPart(effect.id, { ...settled, at: change.at }))
      const channels = found.map((c) => (isOwn(c) ? { ...c, state: settled.state } : c))
      const told = channels.filter(({ state }) => state === 'done').map(({ kind }) => CHANNEL[kind])
      if (channels.every(({ state }) => isOver(state)) && told.length > 0 && !of.acted) {
        const { notice } = effect.request as { notice: NoticeKind }
        change.once(act)
        change.append({
          type: 'noticed',
          actor: { kind: 'system', id: 'notify' },
          payload: { notice, channels: told },
        })
      }
      return true
    },
  )
  return result
}

const CHANNEL = { 'sms.send': 'sms', 'mail.send': 'mail' } as const

function isOver(state: Effect['state']): boolean {
  return state === 'done' || state === 'refused'
}
