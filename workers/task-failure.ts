/** Style.md rule 9: which of the three exits an error takes, and the one word of it the engine may keep. */
import type { TopicContract } from '../contracts/topics.ts'
import { Problem } from '../contracts/problems.ts'
import { sqlState } from '../core/database/sql-state.ts'
import { PartnerFault } from '../partners/partner-fault.ts'
import { PartnerRefused } from './effects/partner-refused.ts'
import { LockLost } from './task-lock.ts'
import { BpmnError } from './topic.ts'

export type TaskFailure =
  /** the diagram catches it */
  | { readonly exit: 'bpmn-error'; readonly code: string }
  /** repeating cannot help: an incident at once */
  | { readonly exit: 'incident'; readonly label: string }
  /** a machine fault: again after a while, then an incident */
  | { readonly exit: 'retry'; readonly label: string }
  /** another worker holds the task now: say nothing */
  | { readonly exit: 'drop' }

/** What the task itself got wrong, found before or after the handler ran. */
export class ContractBreach extends Error {
  readonly side: 'in' | 'out'

  constructor(side: 'in' | 'out', paths: string) {
    super(`contract ${side}: ${paths}`)
    this.name = 'ContractBreach'
    this.side = side
  }
}

/** Labels go into the engine and on the operator's page: codes and topic only, no text that may quote a person. */
export function classifyFailure(error: unknown, contract: TopicContract): TaskFailure {
  const label = (code: string) => `${contract.topic}: ${code}`
  if (error instanceof LockLost) return { exit: 'drop' }
  if (error instanceof BpmnError) {
    return contract.bpmnErrors.includes(error.code)
      ? { exit: 'bpmn-error', code: error.code }
      : { exit: 'incident', label: label(`UNDECLARED_BPMN_ERROR ${error.code}`) }
  }
  if (error instanceof Problem) return { exit: 'incident', label: label(error.code) }
  if (error instanceof ContractBreach) {
    return { exit: 'incident', label: label(`CONTRACT_${error.side.toUpperCase()}`) }
  }
  if (error instanceof PartnerRefused) {
    return { exit: 'incident', label: label(`PARTNER_REFUSED ${error.partner}`) }
  }
  if (error instanceof PartnerFault) {
    return {
      exit: 'retry',
      label: label(`PARTNER_FAULT ${error.partner} ${error.code ?? ''}`.trim()),
    }
  }
  const state = sqlState(error)
  if (state !== undefined && /^[0-9A-Z]{5}$/.test(state)) {
    return { exit: 'retry', label: label(`DATABASE_FAULT ${state}`) }
  }
  return {
    exit: 'retry',
    label: label(`FAULT ${error instanceof Error ? error.name : typeof error}`),
  }
}

/**
 * @param retries what the engine says: null before the first failure
 * @param random 0..1; jitter of a fifth keeps the retries of many tasks from marching in step
 */
export function nextTry(
  contract: Pick<TopicContract, 'retries' | 'backoffSeconds'>,
  retries: number | null,
  random: number,
): { readonly retries: number; readonly retryTimeout: number } {
  const left = retries ?? contract.retries
  const tried = Math.max(0, contract.retries - left)
  const { backoffSeconds } = contract
  const seconds = backoffSeconds[Math.min(tried, backoffSeconds.length - 1)] ?? 0
  return {
    retries: Math.max(0, left - 1),
    retryTimeout: Math.round(seconds * 1000 * (0.9 + random * 0.2)),
  }
}
