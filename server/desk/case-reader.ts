import type { FastifyRequest } from 'fastify'

import type { Database } from '../../core/database/database.ts'
import { recordAudit } from '../../core/audit/record-audit.ts'
import { getCase, type CaseRow } from '../../core/cases/case-events.ts'
import { dayOf, type Clock } from '../../core/clock/clock.ts'
import { requireRead } from '../../core/identity/read-right.ts'
import { staffOf } from '../session/staff-guard.ts'
import type { Reader } from './desk-case.ts'

export interface CaseReaderDeps {
  readonly db: Database
  readonly clock: Clock
}

/**
 * The one way to a case's personal data from the desk: right first, audit row second, data last. When the audit row cannot
 * be written nothing is shown.
 * @throws CASE_NOT_FOUND, also for a case of another office
 */
export function createCaseReader({ db, clock }: CaseReaderDeps) {
  return async function openFor(
    request: FastifyRequest,
    caseNo: string,
    act: string,
    detail: Readonly<Record<string, string>> = {},
  ): Promise<{ row: CaseRow; reader: Reader }> {
    const { personId } = staffOf(request)
    const at = clock.now()
    const day = dayOf(at)
    const row = await getCase(db, { caseNo })
    const units = [row.decidingUnit, row.handlingUnit]
    const right = await requireRead(db, { personId, itemCode: row.itemCode, units, day })
    const actor = { kind: 'staff', id: personId, ...right } as const
    await recordAudit(db, { at, actor, act, subject: caseNo, detail })
    return { row, reader: { personId, day } }
  }
}

export type CaseReader = ReturnType<typeof createCaseReader>
