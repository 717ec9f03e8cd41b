import type { IncidentRemedy, IncidentRow } from '../../contracts/inbox.ts'

export const LIST_LIMIT = 200

/** As the database gives it: null where there is nothing. */
export type RawIncident = {
  readonly [K in keyof Omit<IncidentRow, 'openedAt' | 'resolvedAt' | 'remedies'>]-?: string | null
} & { readonly openedAt: Date; readonly resolvedAt: Date | null }

/** @param remedies while it is open */
export function toIncidentRow(row: RawIncident, remedies: readonly IncidentRemedy[]): IncidentRow {
  const { id, kind, openedAt, resolvedAt, ...optional } = row
  const present = Object.fromEntries(Object.entries(optional).filter(([, v]) => v !== null))
  return {
    ...present,
    id: id ?? '',
    kind: kind ?? '',
    remedies: resolvedAt === null ? [...remedies] : [],
    openedAt: openedAt.toISOString(),
    ...(resolvedAt === null ? {} : { resolvedAt: resolvedAt.toISOString() }),
  }
}
