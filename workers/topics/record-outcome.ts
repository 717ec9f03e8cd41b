import type { Knex } from 'knex'
import type { Static } from 'typebox'
import { Topics, type AutomaticOutcome } from '../../contracts/topics.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { createAutomaticOutcome } from '../../core/decisions/automatic-outcome.ts'
import { topic } from '../topic.ts'

/** What a timer or the instant path decides without a person; whether the file allows it is the core's to say. */
export function recordOutcome({ db, clock }: { db: Knex; clock: Clock }) {
  const record = createAutomaticOutcome({ db, clock })
  return topic({
    contract: Topics.recordOutcome,
    async run({ caseNo, taskKey, properties }) {
      const outcome = properties['outcome'] as Static<typeof AutomaticOutcome>
      return record({ caseNo, outcome, key: taskKey })
    },
  })
}
