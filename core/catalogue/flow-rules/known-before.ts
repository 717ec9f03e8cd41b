/**
 * Forward analysis: what has surely happened before a step, on every path that leads to it. Marks are `variable:<name>`
 * (written by someone), `act:<act>`, `decided`, `dispatched`, `checks-passed` and `expired:<message>`.
 */
import { Messages, Variables } from '../../../contracts/variables.ts'
import { demands, parseCondition } from '../condition.ts'
import type { FlowEdge, FlowNode } from '../flow-model.ts'
import { EXPIRIES, nodesOf, runsTopic, type FlowContext } from './flow-context.ts'

export type Marks = ReadonlySet<string>

/** Variables that are there from the start (contracts/variables.ts). */
const STARTED_WITH = [
  Variables.caseNo,
  Variables.itemVersion,
  Variables.inbound,
  Variables.delivery,
]
/** Variables that completing an act writes. */
const WRITTEN_BY_ACT: Readonly<Record<string, readonly string[]>> = {
  accept: [
    Variables.acceptanceOutcome,
    Variables.toleranceOpen,
    Variables.correctionDeadline,
    Variables.toleranceDeadline,
  ],
  decide: [Variables.decision],
}

/**
 * The greatest solution, from above: at first everything counts as known everywhere (undefined), then each step keeps
 * what its ways in agree on, until nothing shrinks any more. Loops are thereby right.
 * @returns for each step the marks before it; steps that cannot be reached are left out
 */
export function knownBefore(context: FlowContext): ReadonlyMap<string, Marks> {
  const { flow } = context
  const before = new Map<string, Marks>()
  const [start] = nodesOf(context, 'startEvent')
  if (start === undefined) return before
  const facts = context.item.facts.map((fact) => fact.name)
  before.set(start.id, new Set([...STARTED_WITH, ...facts].map(variable)))
  for (let changed = true; changed;) {
    changed = false
    for (const node of flow.nodes.values()) {
      if (node === start) continue
      const known = combine(node, waysInto(context, node, before))
      if (known === undefined || known.size === before.get(node.id)?.size) continue
      before.set(node.id, known)
      changed = true
    }
  }
  return before
}

/** One entry for each way in; undefined while nothing is known of where it comes from. */
function waysInto(
  context: FlowContext,
  node: FlowNode,
  before: ReadonlyMap<string, Marks>,
): (Marks | undefined)[] {
  const ways = node.incoming.map((edge) => {
    const source = context.flow.nodes.get(edge.source)
    const known = source === undefined ? undefined : before.get(source.id)
    if (source === undefined || known === undefined) return undefined
    return new Set([...known, ...writes(context, source), ...marksOfEdge(edge)])
  })
  // A boundary event leaves before the step is done: what the step writes is not known there.
  const host = node.attachedTo === undefined ? undefined : context.flow.nodes.get(node.attachedTo)
  const known = host === undefined ? undefined : before.get(host.id)
  if (host !== undefined)
    ways.push(
      known === undefined ? undefined : new Set([...known, `expired:${host.message ?? ''}`]),
    )
  return ways
}

function combine(node: FlowNode, ways: readonly (Marks | undefined)[]): Marks | undefined {
  // A parallel join waits for all branches, so it knows what any of them knows.
  if (node.type === 'parallelGateway') {
    const all = ways.filter((way) => way !== undefined)
    return all.length < ways.length || all.length === 0
      ? undefined
      : new Set(all.flatMap((way) => [...way]))
  }
  const [first, ...rest] = ways.filter((way) => way !== undefined)
  return first === undefined
    ? undefined
    : new Set([...first].filter((mark) => rest.every((way) => way.has(mark))))
}

function writes(context: FlowContext, node: FlowNode): string[] {
  if (node.type === 'userTask') {
    const act = context.item.steps[node.id]?.act ?? ''
    const decided = act === 'decide' ? ['decided'] : []
    return [`act:${act}`, ...decided, ...(WRITTEN_BY_ACT[act] ?? []).map(variable)]
  }
  if (runsTopic(node, 'material-check')) return [variable(Variables.checksPassed)]
  if (runsTopic(node, 'record-outcome', 'instant-grant')) return ['decided']
  if (node.message === Messages.parcelDelivered) return [variable(Variables.deliveryProven)]
  if (EXPIRIES.some((kind) => runsTopic(node, 'record-outcome', kind)))
    return [variable(Variables.answeredInTime)]
  if (runsTopic(node, 'ems-dispatch', 'outbound')) return ['dispatched']
  const result = node.type === 'businessRuleTask' ? node.engine['resultVariable'] : undefined
  return result === undefined ? [] : [variable(result)]
}

function marksOfEdge(edge: FlowEdge): string[] {
  if (edge.condition === undefined) return []
  try {
    return demands(parseCondition(edge.condition), Variables.checksPassed) ? ['checks-passed'] : []
  } catch {
    return []
  }
}

export function variable(name: string): string {
  return `variable:${name}`
}
