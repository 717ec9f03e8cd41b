/** All messages of a notice that its writer has leased: sent beside each other, settled together. */
import type { Knex } from 'knex'
import type { CaseState } from '../../core/cases/load-case.ts'
import type { Clock } from '../../core/clock/clock.ts'
import type { Effect } from '../../core/effects/effects.ts'
import type { NoticeEffect } from '../../core/notices/intend-notice.ts'
import { settleIntended, type NoticeOfCase } from '../../core/notices/settle-notice.ts'
import { toSettlement } from './call-partner.ts'
import type { EffectPerformer } from './perform-effect.ts'

export type Message = Effect & Pick<NoticeEffect, 'kind'>

export interface IntendedNotice extends Pick<NoticeOfCase, 'key' | 'notice'> {
  /** as the intent left it; `acted` asked for `noticedAct` */
  readonly state: CaseState
  /** every channel of the notice, leased by that intent */
  readonly messages: readonly Message[]
  readonly leasedAt: Date
}

/**
 * The answers wait for the slowest partner before they are settled. A crash until then is one after a call: the lease runs out,
 * and the next attempt asks the partner first.
 * @throws what a partner's call threw, after the answers of the others are settled
 */
export async function performNotice(
  deps: { readonly db: Knex; readonly clock: Clock; readonly performer: EffectPerformer },
  { key, notice, state, messages, leasedAt }: IntendedNotice,
): Promise<void> {
  const { performer } = deps
  const asked = await Promise.all(
    messages.map((message) =>
      performer.ask(message, leasedAt).then(
        (answer) => ({ message, answer, fault: undefined }),
        (fault: unknown) => ({ message, answer: undefined, fault }),
      ),
    ),
  )
  const channels = asked.map(({ message: { id, kind, state: known }, answer }) => ({
    id,
    kind,
    state: known,
    answer: answer && toSettlement(answer),
  }))
  const answered = asked.some(({ answer }) => answer !== undefined)
  if (answered && !(await settleIntended(deps, state, { key, notice, channels }))) {
    // Somebody wrote on the case meanwhile, or the lease ran out and another attempt was quicker.
    for (const { message, answer } of asked)
      if (answer !== undefined) await performer.settle(message, answer)
  }
  const failed = asked.find(({ answer }) => answer === undefined)
  if (failed !== undefined) throw failed.fault
}
