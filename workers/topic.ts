import type { TSchema } from 'typebox'
import type { TopicContract } from '../contracts/topics.ts'
import type { Scalar } from '../contracts/variables.ts'
import type { Log } from './log.ts'

export interface TopicTask {
  readonly caseNo: string
  /** external task id: the same over all retries, new for each time the flow comes here; the idempotency key */
  readonly taskKey: string
  /** camunda:properties of the service task, checked against the contract */
  readonly properties: Readonly<Record<string, string>>
  readonly log: Log
  /**
   * Makes sure that the task stays ours for `ms` longer; called before what cannot be taken back.
   * @throws LockLost when another worker has it
   */
  readonly holdLock: (ms: number) => Promise<void>
}

export interface Topic {
  readonly contract: TopicContract
  /** One core call and one partner call, safe to run twice. @returns the variables the contract's output names */
  run(task: TopicTask): Promise<Readonly<Record<string, Scalar>>>
}

/** A worker is one topic and one core call (style.md rule 10); only subscribe.ts talks to the engine about it. */
export function topic(definition: Topic): Topic {
  return definition
}

/** A business answer that the diagram catches with a boundary event; must be listed in the contract. */
export class BpmnError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.name = 'BpmnError'
    this.code = code
  }
}

/** Names of the variables a contract reads, as asked of fetchAndLock. */
export function variableNames(schema: TSchema): string[] {
  return Object.keys((schema as { properties?: Record<string, unknown> }).properties ?? {})
}
