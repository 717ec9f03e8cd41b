/** What the file knows of the parcel that carries the result. */
import type { CaseEvent } from '../../contracts/case-events.ts'

export interface ParcelEvidence {
  readonly waybillNo: string
  /**
   * `signed`: taken by somebody, and nothing says that it was the addressee; `returned`: it is back at the hall;
   * `under-way`: neither
   */
  readonly stage: 'signed' | 'returned' | 'under-way'
}

/** @returns the last parcel to the applicant; undefined when none was sent */
export function resultParcel(events: readonly CaseEvent[]): ParcelEvidence | undefined {
  let parcel: ParcelEvidence | undefined
  for (const { type, payload } of events) {
    if (type === 'dispatched' && payload.direction === 'outbound')
      parcel = { waybillNo: payload.waybillNo, stage: 'under-way' }
    if (type === 'parcel-tracked' && payload.waybillNo === parcel?.waybillNo)
      parcel = { waybillNo: payload.waybillNo, stage: STAGES[payload.state] ?? 'under-way' }
  }
  return parcel
}

const STAGES: Readonly<Record<string, ParcelEvidence['stage']>> = {
  delivered: 'signed',
  returned: 'returned',
}
