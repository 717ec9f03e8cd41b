/** Intents for the engine, committed with the act that causes them and sent afterwards by workers/outbox. */
import type { Knex } from 'knex'
import type { EngineVariables, MessageName } from '../../contracts/variables.ts'

export type EngineCommand =
  | { readonly kind: 'deploy'; readonly itemVersionId: string }
  | {
      readonly kind: 'start'
      readonly caseId: string
      readonly itemVersionId: string
      readonly businessKey: string
      readonly variables: EngineVariables
    }
  | {
      readonly kind: 'complete'
      readonly caseId: string
      readonly taskId: string
      readonly variables: EngineVariables
    }
  | {
      readonly kind: 'correlate'
      readonly caseId: string
      readonly processInstanceId: string
      readonly activityInstanceId: string
      readonly message: MessageName
      readonly variables: EngineVariables
    }
  | {
      readonly kind: 'cancel'
      readonly caseId: string
      readonly businessKey: string
      readonly reason: string
    }

/** A command to the engine about a case, before it is known which. */
export type CaseCommand = WithoutCase<Exclude<EngineCommand, { kind: 'deploy' }>>
type WithoutCase<C> = C extends unknown ? Omit<C, 'caseId'> : never

/** What a command is about beside its case: with its kind it makes a repeat the same command (unique index). */
export function subjectOf(command: CaseCommand): string | null {
  switch (command.kind) {
    case 'complete':
      return command.taskId
    case 'correlate':
      return command.activityInstanceId
    // one of each for a case
    case 'start':
    case 'cancel':
      return null
  }
}

function dedupeKey(command: EngineCommand): string {
  if (command.kind === 'deploy') return `deploy:${command.itemVersionId}`
  return `${command.kind}:${subjectOf(command) ?? command.caseId}`
}

/** @returns false when the same command was put before (e.g. the task is completed already) */
export async function putEngineCommand(
  trx: Knex.Transaction,
  command: EngineCommand,
  at: Date,
): Promise<boolean> {
  const { kind, ...payload } = command
  const rows: unknown[] = await trx('engine_command')
    .insert({
      case_id: 'caseId' in command ? command.caseId : null,
      item_version_id: 'itemVersionId' in command ? command.itemVersionId : null,
      kind,
      dedupe_key: dedupeKey(command),
      payload: JSON.stringify(payload),
      created_at: at,
      next_attempt_at: at,
    })
    .onConflict('dedupe_key')
    .ignore()
    .returning('id')
  if (rows.length === 0) return false
  await trx.raw(`select pg_notify('engine_command', '')`)
  return true
}
