import { isStep } from './read-element.ts'
import type { DiagramElement } from './services.ts'

export interface OutlineRow {
  readonly element: DiagramElement
  /** steps are counted in the order a case walks them; flows of a choice and deadlines are not */
  readonly number: number | undefined
  readonly depth: 0 | 1
  /** numbers of the steps it leads to, when that is not simply the next row */
  readonly leadsTo: readonly number[]
}

/** The diagram as a list: the twin for the keyboard and for readers who cannot see the picture. */
export function outlineRows(elements: readonly DiagramElement[]): readonly OutlineRow[] {
  const steps = elements.filter(isStep)
  const order = walkOrder(steps)
  const numbers = new Map(order.map((step, index) => [step.id, index + 1]))
  return order.flatMap((step, index): OutlineRow[] => {
    const number = index + 1
    const several = step.outgoing.length > 1
    const targets = several ? [] : numbersOf(step, numbers)
    const row: OutlineRow = {
      element: step,
      number,
      depth: 0,
      leadsTo: targets.filter((target) => target !== number + 1),
    }
    const flows = several
      ? step.outgoing.map((flow) => ({
          element: flow,
          number: undefined,
          depth: 1 as const,
          leadsTo: numberOf(flow.target, numbers),
        }))
      : []
    const deadlines = step.attachers.filter(isStep).map((event) => ({
      element: event,
      number: undefined,
      depth: 1 as const,
      leadsTo: numbersOf(event, numbers),
    }))
    return [row, ...flows, ...deadlines]
  })
}

/** From the start, each way out to its end before the next; what cannot be reached comes last. */
function walkOrder(steps: readonly DiagramElement[]): DiagramElement[] {
  const seen = new Set<string>()
  const order: DiagramElement[] = []
  const visit = (first: DiagramElement) => {
    const stack = [first]
    for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
      if (seen.has(step.id)) continue
      seen.add(step.id)
      order.push(step)
      const deadlines = step.attachers.filter(isStep)
      const next = [step, ...deadlines].flatMap((from) => from.outgoing.map((flow) => flow.target))
      for (const target of next.reverse()) if (target && isStep(target)) stack.push(target)
    }
  }
  const onTheirOwn = steps.filter((step) => !step.host)
  for (const step of onTheirOwn) if (step.type === 'bpmn:StartEvent') visit(step)
  for (const step of onTheirOwn) if (step.incoming.length === 0) visit(step)
  for (const step of onTheirOwn) visit(step)
  return order
}

function numbersOf(step: DiagramElement, numbers: ReadonlyMap<string, number>): number[] {
  return step.outgoing.flatMap((flow) => numberOf(flow.target, numbers))
}

function numberOf(
  target: DiagramElement | undefined,
  numbers: ReadonlyMap<string, number>,
): number[] {
  const number = target && numbers.get(target.id)
  return number === undefined ? [] : [number]
}
