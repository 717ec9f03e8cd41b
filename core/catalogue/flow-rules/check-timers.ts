/** Legal deadlines are days our calendar computed, given as variables; nobody waits for an applicant without one. */
import { Messages, Variables } from '../../../contracts/variables.ts'
import type { FlowNode } from '../flow-model.ts'
import { nodesOf, report, type FlowContext } from './flow-context.ts'

/** The wait for an applicant's message and the deadline that ends it. */
const DEADLINES: Readonly<Record<string, string>> = {
  [Messages.correctionSubmitted]: Variables.correctionDeadline,
  [Messages.toleranceSupplied]: Variables.toleranceDeadline,
}
const DATE_VARIABLES: readonly string[] = Object.values(DEADLINES)
const DURATION =
  /^P(?=[0-9T])(\d{1,4}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?(T(?=\d)(\d{1,5}H)?(\d{1,6}M)?(\d{1,8}S)?)?$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/

export function checkTimers(context: FlowContext): void {
  for (const node of context.flow.nodes.values())
    if (node.definitions.includes('timerEventDefinition')) checkTimer(context, node)
  for (const node of nodesOf(context, 'boundaryEvent'))
    if (!node.interrupting)
      report(
        context,
        node.id,
        'NOT_INTERRUPTING',
        '边界事件须中断所在环节',
        'A boundary event must interrupt',
      )
  for (const node of nodesOf(context, 'receiveTask')) checkWait(context, node)
}

function checkTimer(context: FlowContext, node: FlowNode): void {
  const { kind = '', text = '' } = node.timer ?? {}
  const variable = /^\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}$/.exec(text)?.[1]
  const fits =
    (kind === 'timeDate' &&
      (variable === undefined ? INSTANT.test(text) : DATE_VARIABLES.includes(variable))) ||
    (kind === 'timeDuration' && DURATION.test(text))
  if (!fits)
    report(
      context,
      node.id,
      'TIMER',
      `计时须是时刻变量（${DATE_VARIABLES.join('、')}）或ISO 8601文字，不是“${text.slice(0, 60)}”`,
      `A timer is a date variable (${DATE_VARIABLES.join(', ')}) or an ISO 8601 literal, not "${text.slice(0, 60)}"`,
    )
}

function checkWait(context: FlowContext, node: FlowNode): void {
  const deadline = DEADLINES[node.message ?? '']
  if (deadline === undefined) return
  const timed = nodesOf(context, 'boundaryEvent').some(
    (event) =>
      event.attachedTo === node.id && event.timer?.text.replace(/\s/g, '') === `\${${deadline}}`,
  )
  if (!timed)
    report(
      context,
      node.id,
      'NO_DEADLINE',
      `等申请人须有期限：加边界计时事件\${${deadline}}`,
      `A wait for the applicant needs a boundary timer \${${deadline}}`,
    )
}
