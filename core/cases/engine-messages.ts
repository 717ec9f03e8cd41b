/**
 * Message and wait meet here. A message may come before the flow waits for it (EMS pushes are fast, applicants too) or
 * after; whichever comes second makes the correlate command. Both sides hold the case lock, so none is missed.
 */
import type { Knex } from 'knex'
import type { EngineVariables, MessageName } from '../../contracts/variables.ts'
import type { ChangePart } from './change-part.ts'
import { putEngineCommand } from './engine-commands.ts'

/** Records that `name` happened for the case; needs the case lock. */
export async function recordMessage(
  trx: Knex.Transaction,
  caseId: string,
  name: MessageName,
  variables: EngineVariables,
  at: Date,
): Promise<void> {
  const row = (await trx('engine_message as m')
    .where({ 'm.case_id': caseId, 'm.name': name })
    .max('m.occurrence as last')
    .first()) as { last: number | null } | undefined
  await trx('engine_message').insert({
    case_id: caseId,
    name,
    occurrence: (row?.last ?? 0) + 1,
    variables: JSON.stringify(variables),
    recorded_at: at,
  })
  await matchMessages(trx, caseId, at)
}

/** Called by the projection after a message wait was opened, and by `recordMessage`; needs the case lock. */
export async function matchMessages(
  trx: Knex.Transaction,
  caseId: string,
  at: Date,
): Promise<void> {
  const waits = (await trx('case_wait as w')
    .select('w.activity_instance_id', 'w.process_instance_id', 'w.message_name')
    .where({ 'w.case_id': caseId, 'w.kind': 'message' })
    .whereNotExists(
      trx('engine_message as m')
        .select(trx.raw('1'))
        .whereRaw('m.matched_wait = w.activity_instance_id'),
    )
    .orderBy('w.opened_at')) as {
    activity_instance_id: string
    process_instance_id: string
    message_name: MessageName
  }[]
  for (const wait of waits) {
    const message = (await trx('engine_message as m')
      .select('m.occurrence', 'm.variables')
      .where({ 'm.case_id': caseId, 'm.name': wait.message_name })
      .whereNull('m.matched_wait')
      .orderBy('m.occurrence')
      .first()) as { occurrence: number; variables: EngineVariables } | undefined
    if (message === undefined) continue
    await trx('engine_message')
      .where({ case_id: caseId, name: wait.message_name, occurrence: message.occurrence })
      .update({ matched_wait: wait.activity_instance_id })
    await putEngineCommand(
      trx,
      {
        kind: 'correlate',
        caseId,
        processInstanceId: wait.process_instance_id,
        activityInstanceId: wait.activity_instance_id,
        message: wait.message_name,
        variables: message.variables,
      },
      at,
    )
  }
}

/**
 * The flow went on without this message: it must not meet a later wait of the same name. One that met its wait before
 * is left to its correlate command, which ends well when the wait is gone.
 */
export function dropMessage(name: MessageName, reason: string): ChangePart {
  return { sql: DROP, values: [`dropped:${reason}`, name] }
}

const DROP = `
  update engine_message as m set matched_wait = ? from held
   where m.case_id = held.id and m.name = ? and m.matched_wait is null`
