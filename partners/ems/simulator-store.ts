import { randomInt } from 'node:crypto'
import type { Journal } from '../journal.ts'

/** One scan as the post office writes it. */
export interface WireScan {
  waybillNo: string
  opTime: string
  opCode: string
  opName: string
  opDesc: string
  opOrgName: string
  deliverCode?: string
  attemptDeliveryCode?: string
}

export interface Parcel {
  waybillNo: string
  logisticsOrderNo: string
  bookedAt: string
  order: unknown
  /** How often it was ordered: 1 for the booking and one for each repeat. */
  requests: number
  cancelled: boolean
  scans: WireScan[]
}

export type EmsEntry =
  | { type: 'booked'; waybillNo: string; logisticsOrderNo: string; at: string; order: unknown }
  | { type: 'repeated'; logisticsOrderNo: string }
  | { type: 'cancelled'; waybillNo: string }
  | { type: 'scanned'; scan: WireScan }
  | { type: 'pushed'; waybillNo: string; opCode: string; opTime: string }

export type EmsStore = ReturnType<typeof createEmsStore>

/** All the simulated post office knows: written to the journal first, then believed. */
export function createEmsStore(journal: Journal<EmsEntry>) {
  const byWaybill = new Map<string, Parcel>()
  const byOrder = new Map<string, Parcel>()
  const unpushed = new Map<string, WireScan>()

  function apply(entry: EmsEntry): void {
    switch (entry.type) {
      case 'booked': {
        const { waybillNo, logisticsOrderNo, at, order } = entry
        const parcel: Parcel = {
          waybillNo,
          logisticsOrderNo,
          bookedAt: at,
          order,
          requests: 1,
          cancelled: false,
          scans: [],
        }
        byWaybill.set(waybillNo, parcel)
        byOrder.set(logisticsOrderNo, parcel)
        return
      }
      case 'repeated': {
        const parcel = byOrder.get(entry.logisticsOrderNo)
        if (parcel) parcel.requests += 1
        return
      }
      case 'cancelled': {
        const parcel = byWaybill.get(entry.waybillNo)
        if (parcel) parcel.cancelled = true
        return
      }
      case 'scanned':
        byWaybill.get(entry.scan.waybillNo)?.scans.push(entry.scan)
        unpushed.set(keyOf(entry.scan), entry.scan)
        return
      case 'pushed':
        unpushed.delete(keyOf(entry))
        return
    }
  }

  function record(entry: EmsEntry): void {
    journal.append(entry)
    apply(entry)
  }

  journal.past.forEach(apply)

  return {
    findByWaybill: (waybillNo: string) => byWaybill.get(waybillNo),
    findByOrder: (logisticsOrderNo: string) => byOrder.get(logisticsOrderNo),
    list: () => [...byWaybill.values()],
    listUnpushed: () => [...unpushed.values()],

    /** One parcel for each logisticsOrderNo: a repeat finds the first one. */
    book(logisticsOrderNo: string, order: unknown, at: string): Parcel {
      const known = byOrder.get(logisticsOrderNo)
      if (known) {
        record({ type: 'repeated', logisticsOrderNo })
        return known
      }
      let waybillNo = newWaybillNo()
      while (byWaybill.has(waybillNo)) waybillNo = newWaybillNo()
      record({ type: 'booked', waybillNo, logisticsOrderNo, at, order })
      return byWaybill.get(waybillNo)!
    },
    cancel: (waybillNo: string) => record({ type: 'cancelled', waybillNo }),
    scan: (scan: WireScan) => record({ type: 'scanned', scan }),
    pushed: ({ waybillNo, opCode, opTime }: WireScan) =>
      record({ type: 'pushed', waybillNo, opCode, opTime }),
    close: () => journal.close(),
  }
}

function keyOf(scan: { waybillNo: string; opCode: string; opTime: string }): string {
  return `${scan.waybillNo}|${scan.opCode}|${scan.opTime}`
}

/** 13 digits without a public check rule (domain.md §4); random, so two data folders never collide. */
function newWaybillNo(): string {
  return `98${String(randomInt(10 ** 11)).padStart(11, '0')}`
}
