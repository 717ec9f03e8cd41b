import type { Database } from '../core/database/database.ts'
import { createCaseQuery } from '../core/cases/query-case.ts'
import { findCase } from '../core/cases/case-events.ts'
import { createCorrections } from '../core/cases/corrections.ts'
import { createDrafts } from '../core/cases/drafts.ts'
import type { FileStore } from '../core/cases/file-store.ts'
import { createStatusView } from '../core/cases/status-view.ts'
import { createSubmit } from '../core/cases/submit.ts'
import { createUploads } from '../core/cases/uploads.ts'
import { createWithdraw } from '../core/cases/withdraw.ts'
import { createCalendarSource } from '../core/clock/calendar.ts'
import type { Clock } from '../core/clock/clock.ts'
import type { Renderer } from '../core/documents/render-document.ts'
import { createDecisions } from '../core/decisions/decisions.ts'
import { createClaims } from '../core/inbox/claims.ts'
import { createIncidents } from '../core/incidents/incidents.ts'
import { createSessions } from '../core/identity/sessions.ts'
import { problem } from '../contracts/problems.ts'
import type { EngineGateway } from '../engine/gateway/gateway.ts'
import { createCaseTokens } from './hall/case-token.ts'
import { createStatusCache } from './hall/status-cache.ts'

/** What the routes need of the environment, already checked. */
export interface Settings {
  readonly publicUrl: string
  readonly sessionKey: Buffer
  readonly rateLimit: number
  readonly streamLimit: number
  readonly ems: {
    readonly senderNo: string
    readonly authorization: string
    readonly signKey: string
  }
}

export interface ServiceDeps {
  readonly db: Database
  readonly clock: Clock
  readonly fileStore: FileStore
  readonly renderer: Renderer
  readonly engine: EngineDoor
  readonly settings: Settings
}

/** The two things a counter ever asks of the engine: is it there, and (for an operator) try again. */
export type EngineDoor = Pick<EngineGateway, 'version' | 'setExternalTaskRetries' | 'setJobRetries'>

/** Everything behind the doors, built once; main.ts and the tests differ only in what they hand in. */
export function createServices(deps: ServiceDeps) {
  const { db, clock, fileStore, settings } = deps
  const calendar = createCalendarSource(db)
  const queryKey = settings.sessionKey
  const statusViews = createStatusView({ db, calendar })
  return {
    ...deps,
    calendar,
    sessions: createSessions({ db, clock }),
    drafts: createDrafts({ db, clock }),
    uploads: createUploads({ db, clock, fileStore }),
    submit: createSubmit({ db, clock, calendar, queryKey }),
    corrections: createCorrections({ db, clock, calendar }),
    claims: createClaims({ db, clock }),
    incidents: createIncidents({ db, clock, queryKey }),
    decisions: createDecisions({ db, clock, calendar }),
    withdraw: createWithdraw({ db, clock }),
    caseQuery: createCaseQuery({ db, clock, queryKey }),
    caseTokens: createCaseTokens({ key: settings.sessionKey, clock }),
    statusCache: createStatusCache({
      load: (caseNo) => statusViews.get(caseNo),
      revisionOf: async (caseNo) => {
        const row = await findCase(db, { caseNo })
        if (row === undefined) throw problem('CASE_NOT_FOUND')
        return row.revision
      },
      clock,
    }),
  }
}

export type Services = ReturnType<typeof createServices>
