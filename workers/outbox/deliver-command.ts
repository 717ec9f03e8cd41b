/** One command to the engine. Every branch answers the question: what if this was delivered before and the answer lost? */
import type { EngineGateway } from '../../engine/gateway/gateway.ts'
import type { EngineResult } from '../../engine/gateway/engine-answer.ts'
import type { LeasedCommand } from './command-store.ts'

export type Delivery =
  | { readonly kind: 'done' }
  /** the engine is busy or away, or what must come first has not come yet */
  | { readonly kind: 'later'; readonly reason: string }
  /** the engine says no; only a person can change that (label without the engine's words: they may quote) */
  | { readonly kind: 'stuck'; readonly reason: string }

const DONE: Delivery = { kind: 'done' }

type CaseCommand = LeasedCommand & {
  readonly command: Exclude<LeasedCommand['command'], { kind: 'deploy' }>
}

export async function deliverToCase(
  gateway: EngineGateway,
  leased: CaseCommand,
): Promise<Delivery> {
  const { command, attempts } = leased
  switch (command.kind) {
    case 'start': {
      // The engine's own table, written with the instance: it started, and only the answer was lost.
      if (leased.startedInstance !== null) return DONE
      if (leased.definitionId === null) return { kind: 'later', reason: 'VERSION_NOT_DEPLOYED' }
      return ended(
        await gateway.start({
          definitionId: leased.definitionId,
          businessKey: command.businessKey,
          variables: command.variables,
        }),
        ['duplicate'],
      )
    }
    case 'complete':
      // Gone: completed by an earlier attempt, or its case was cancelled meanwhile; the file says which.
      return ended(await gateway.complete(command.taskId, command.variables), ['gone'])
    case 'correlate': {
      const { processInstanceId, activityInstanceId } = command
      const isOpen = () => gateway.isWaiting({ processInstanceId, activityInstanceId })
      // A repeat could meet a later wait for the same message: only this very wait may get it.
      if (attempts > 1 && !(await isOpen())) return DONE
      const result = await gateway.correlate(command)
      if (result.kind !== 'gone') return ended(result, [])
      return (await isOpen()) ? { kind: 'later', reason: 'WAIT_NOT_READY' } : DONE
    }
    case 'cancel':
      return ended(await gateway.cancel(command.businessKey), ['gone'])
  }
}

/** @param harmless ends that mean "was done before" */
export function ended(
  result: EngineResult<unknown>,
  harmless: readonly EngineResult['kind'][],
): Delivery {
  if (result.kind === 'ok' || harmless.includes(result.kind)) return DONE
  if (result.kind === 'retry') return { kind: 'later', reason: 'ENGINE_BUSY' }
  const detail = result.kind === 'refused' ? `${result.status} ${result.type}` : result.kind
  return { kind: 'stuck', reason: `ENGINE_REFUSED ${detail}` }
}
