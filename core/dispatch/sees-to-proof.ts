import { Messages } from '../../contracts/variables.ts'
import type { ItemVersion } from '../catalogue/item-versions.ts'

/** Has the flow of this version a clerk's task behind its wait for the parcel (flow-rules/check-parcels.ts)? */
export function seesToProof({ steps, package: item }: ItemVersion): boolean {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const behind = steps
    .filter((step) => step.message === Messages.parcelDelivered)
    .flatMap((wait) => wait.next)
    .flatMap((id) => byId.get(id)?.next ?? [])
  return behind.some((id) => item.steps[id]?.act === 'hand-over')
}
