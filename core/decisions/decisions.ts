/** What a clerk can do to a case, put together; the table of contents of this room. */
import { createAccept } from './accept.ts'
import { createDecide } from './decide.ts'
import { createHandOver } from './hand-over.ts'
import { createInspect } from './inspect.ts'
import type { DecisionDeps } from './open-step.ts'
import { createReview } from './review.ts'
import { createStateHeard } from './state-heard.ts'

export function createDecisions(deps: DecisionDeps) {
  return {
    accept: createAccept(deps),
    inspect: createInspect(deps),
    stateHeard: createStateHeard(deps),
    review: createReview(deps),
    decide: createDecide(deps),
    handOver: createHandOver(deps),
  }
}

export type Decisions = ReturnType<typeof createDecisions>
