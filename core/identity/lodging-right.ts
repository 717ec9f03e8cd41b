/** Who may lodge for a citizen: whoever accepts applications of the item at one of its handling units. */
import type { Knex } from 'knex'
import { problem } from '../../contracts/problems.ts'
import type { ItemVersion } from '../catalogue/item-versions.ts'
import { mayAct } from './rights.ts'

/**
 * @param asked one of the item's handling units; without it the first at which the person may accept
 * @returns the unit the case is lodged at
 * @throws NOT_YOUR_POST
 */
export async function requireLodgingUnit(
  db: Knex,
  key: {
    readonly personId: string
    readonly version: Pick<ItemVersion, 'itemCode' | 'package'>
    readonly asked?: string
    readonly day: string
  },
): Promise<string> {
  const { steps, units } = key.version.package
  const accepting = Object.entries(steps).filter(([, step]) => step.act === 'accept')
  const wanted = units.handling.filter((unit) => key.asked === undefined || unit === key.asked)
  for (const unitCode of wanted) {
    for (const [step] of accepting) {
      const { personId, day } = key
      const itemCode = key.version.itemCode
      if ((await mayAct(db, { personId, itemCode, unitCode, step, day })) !== undefined)
        return unitCode
    }
  }
  throw problem('NOT_YOUR_POST')
}
