/** Every task names who or what does it, in words that exist: topics, posts, decisions, messages. */
import { Ajv, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import { Topics, type TopicContract } from '../../../contracts/topics.ts'
import { Messages } from '../../../contracts/variables.ts'
import type { FlowNode } from '../flow-model.ts'
import { nodesOf, report, type FlowContext } from './flow-context.ts'

const topics: readonly TopicContract[] = Object.values(Topics)
const ajv = new Ajv({ strict: true, allErrors: true })
ajvFormats.default(ajv)
const propertyChecks = new Map<string, ValidateFunction>(
  topics.map((contract) => [contract.topic, ajv.compile(contract.properties)]),
)

export function checkTasks(context: FlowContext): void {
  for (const node of nodesOf(context, 'serviceTask')) checkServiceTask(context, node)
  for (const node of nodesOf(context, 'userTask')) checkUserTask(context, node)
  for (const node of nodesOf(context, 'businessRuleTask')) checkRuleTask(context, node)
  for (const node of context.flow.nodes.values())
    if (node.type === 'receiveTask' || node.definitions.includes('messageEventDefinition'))
      checkMessage(context, node)
}

function checkServiceTask(context: FlowContext, node: FlowNode): void {
  if (node.engine['type'] !== 'external')
    report(
      context,
      node.id,
      'NOT_EXTERNAL',
      '服务任务须是外部任务',
      'A service task must be external',
    )
  const topic = node.engine['topic'] ?? ''
  const check = propertyChecks.get(topic)
  if (check === undefined) {
    const known = topics.map((contract) => contract.topic).join(', ')
    report(
      context,
      node.id,
      'UNKNOWN_TOPIC',
      `没有主题“${topic}”，可用：${known}`,
      `No topic "${topic}"; known: ${known}`,
    )
    return
  }
  if (!check(node.properties))
    for (const error of check.errors ?? []) {
      const values = (error.params as { allowedValues?: unknown[] }).allowedValues?.join(', ') ?? ''
      const detail = `${error.instancePath.slice(1)} ${error.message ?? ''} ${values}`.trim()
      report(
        context,
        node.id,
        'TOPIC_PROPERTIES',
        `主题${topic}的属性不对：${detail}`,
        `Properties of topic ${topic}: ${detail}`,
      )
    }
  const caught = new Set(
    [...context.flow.nodes.values()]
      .filter((n) => n.attachedTo === node.id)
      .flatMap((n) => n.definitions),
  )
  const errors = topics.find((contract) => contract.topic === topic)?.bpmnErrors ?? []
  if (errors.length > 0 && !caught.has('errorEventDefinition'))
    report(
      context,
      node.id,
      'UNCAUGHT_ERROR',
      `没有接住${errors.join('、')}`,
      `${errors.join(', ')} is not caught`,
    )
}

function checkUserTask(context: FlowContext, node: FlowNode): void {
  const step = context.item.steps[node.id]
  if (step?.act === undefined || step.post === undefined || step.unit === undefined) {
    report(
      context,
      node.id,
      'STEP_INCOMPLETE',
      'item.json的steps里须写明这一步的act、post和unit',
      'steps in item.json must give act, post and unit of this task',
    )
    return
  }
  if (node.engine['candidateGroups'] !== step.post)
    report(
      context,
      node.id,
      'POST_MISMATCH',
      `候选岗位${node.engine['candidateGroups'] ?? '（空）'}与item.json的${step.post}不一致`,
      `Candidate group ${node.engine['candidateGroups'] ?? '(none)'} differs from ${step.post} in item.json`,
    )
}

function checkRuleTask(context: FlowContext, node: FlowNode): void {
  const { decisionRef, decisionRefBinding, resultVariable, mapDecisionResult } = node.engine
  const decision = context.decisions.find((d) => d.id === decisionRef)
  if (decision === undefined)
    report(
      context,
      node.id,
      'NO_DECISION',
      `rules/里没有决策${decisionRef ?? ''}`,
      `There is no decision ${decisionRef ?? ''} in rules/`,
    )
  if (decisionRefBinding !== 'deployment')
    report(
      context,
      node.id,
      'DECISION_BINDING',
      '决策须绑定同一版本（deployment）',
      'The decision must be bound to the deployment',
    )
  if (
    mapDecisionResult !== 'singleEntry' ||
    (decision !== undefined && resultVariable !== decision.output)
  )
    report(
      context,
      node.id,
      'DECISION_RESULT',
      `结果须是singleEntry，变量名须是${decision?.output ?? '决策的输出名'}`,
      `The result must be a singleEntry named ${decision?.output ?? 'as the output'}`,
    )
}

function checkMessage(context: FlowContext, node: FlowNode): void {
  const known: readonly string[] = Object.values(Messages)
  if (!known.includes(node.message ?? ''))
    report(
      context,
      node.id,
      'UNKNOWN_MESSAGE',
      `没有消息“${node.message ?? ''}”，可用：${known.join('、')}`,
      `No message "${node.message ?? ''}"; known: ${known.join(', ')}`,
    )
}
