/** What the applicant is asked for right now: the open correction notice or the open tolerance, nothing else. */
import type { CaseEvent, CaseEventPayload, Defect } from '../../contracts/case-events.ts'

/** @returns the correction the applicant may answer now */
export function openCorrection(
  events: readonly CaseEvent[],
): CaseEventPayload<'correction-requested'> | undefined {
  let open: CaseEventPayload<'correction-requested'> | undefined
  for (const event of events) {
    if (event.type === 'correction-requested') open = event.payload
    else if (['correction-submitted', 'correction-expired', 'closed'].includes(event.type))
      open = undefined
  }
  return open
}

/** @returns the papers still owed under 容缺, with their deadline */
export function openTolerance(
  events: readonly CaseEvent[],
): { materials: string[]; deadline: string } | undefined {
  let open: { materials: string[]; deadline: string } | undefined
  for (const event of events) {
    if (event.type === 'accepted' && event.payload.toleranceDeadline !== undefined) {
      open = { materials: [...event.payload.tolerated], deadline: event.payload.toleranceDeadline }
    } else if (['tolerance-supplied', 'tolerance-expired', 'closed'].includes(event.type))
      open = undefined
  }
  return open
}

export function askedMaterials(events: readonly CaseEvent[]): string[] {
  const defects = openCorrection(events)?.defects ?? []
  return [
    ...defects.filter(isMaterial).map((d) => d.subject),
    ...(openTolerance(events)?.materials ?? []),
  ]
}

export function isMaterial(defect: Defect): boolean {
  return defect.kind === 'material'
}
