/**
 * 送达 of the result by courier (Licensing Law art. 44). The addressee's signature serves it; another's needs an
 * authorisation that only a person can see, and a returned parcel reached nobody: both become a task at the window. What
 * the courier takes back afterwards, the file takes back as well.
 */
import type { Knex } from 'knex'
import type { CaseEvent } from '../../contracts/case-events.ts'
import type { ParcelState } from '../../contracts/courier.ts'
import { Messages, Variables } from '../../contracts/variables.ts'
import { getItemVersion } from '../catalogue/item-versions.ts'
import {
  appendCaseEvent,
  listCaseEvents,
  recordActOnce,
  type CaseRow,
} from '../cases/case-events.ts'
import { recordMessage } from '../cases/engine-messages.ts'
import { appendClockEntry, listClockEntries } from '../clock/clock-ledger.ts'
import { dayOf } from '../clock/clock.ts'
import { seesToProof } from './sees-to-proof.ts'
import type { Parcel } from './parcels.ts'

const ACTOR = { kind: 'partner', id: 'ems' } as const

interface Scanned {
  readonly parcel: Parcel
  readonly state: ParcelState
  readonly at: Date
}

/** The parcel's way has ended: tells the flow once, and the file when it is proven. Needs the case lock. */
export async function endDelivery(
  trx: Knex.Transaction,
  row: CaseRow,
  { parcel: { waybillNo }, state, at }: Scanned,
): Promise<void> {
  const proven = state.stage === 'delivered' && state.legalDelivery === 'proven'
  if (proven && standingDelivery(await listCaseEvents(trx, row.id), waybillNo) === undefined) {
    await appendCaseEvent(trx, row, {
      type: 'delivered',
      at,
      actor: ACTOR,
      payload: { by: 'ems', waybillNo, receiver: 'applicant' },
    })
    await appendClockEntry(trx, row.id, {
      clock: 'delivery',
      kind: 'stop',
      onDay: dayOf(new Date(state.since ?? at)),
      reason: '送达：EMS 妥投',
      at,
    })
  }
  const needsPerson =
    state.stage === 'returned' ||
    (state.stage === 'delivered' && state.legalDelivery === 'if-authorised')
  // A version published before has no task for it: its case goes on waiting for the addressee's signature.
  const told = proven || (needsPerson && seesToProof(await getItemVersion(trx, row.itemVersionId)))
  if (!told || !(await recordActOnce(trx, row.id, `parcel-ended:${waybillNo}`, at))) return
  const variables = { [Variables.deliveryProven]: proven }
  await recordMessage(trx, row.id, Messages.parcelDelivered, variables, at)
}

/**
 * 冲销 (743) or a return after the delivery was on file: the file says so, and the delivery clock runs on from the day it
 * began. What a clerk has seen with own eyes only a return takes back. Needs the case lock.
 */
export async function reverseDelivery(
  trx: Knex.Transaction,
  row: CaseRow,
  { parcel: { waybillNo }, state, at, opCode }: Scanned & { readonly opCode: string },
): Promise<void> {
  const standing = standingDelivery(await listCaseEvents(trx, row.id), waybillNo)
  if (standing === undefined) return
  const holds =
    standing.actor.kind === 'partner'
      ? state.stage === 'delivered' && state.legalDelivery === 'proven'
      : state.stage !== 'returned'
  if (holds) return
  await appendCaseEvent(trx, row, {
    type: 'delivery-reversed',
    at,
    actor: ACTOR,
    payload: { waybillNo, opCode },
  })
  const began = (await listClockEntries(trx, row.id)).findLast(
    (entry) => entry.clock === 'delivery' && entry.kind === 'run',
  )
  await appendClockEntry(trx, row.id, {
    clock: 'delivery',
    kind: 'run',
    onDay: began?.onDay ?? dayOf(at),
    reason: 'EMS 冲销或退回，未送达',
    at,
  })
}

function standingDelivery(events: readonly CaseEvent[], waybillNo: string): CaseEvent | undefined {
  const last = events.findLast(
    (event) =>
      (event.type === 'delivered' || event.type === 'delivery-reversed') &&
      event.payload.waybillNo === waybillNo,
  )
  return last?.type === 'delivered' ? last : undefined
}
