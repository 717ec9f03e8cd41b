/**
 * 异常: everything the machine could not do, in one list for operators: incidents of the engine (failed steps and timers),
 * commands it refuses, messages a partner refused. Who put right what failed lets it be tried again; each act is audited.
 */
import type { Knex } from 'knex'
import type { IncidentRow } from '../../contracts/inbox.ts'
import { problem } from '../../contracts/problems.ts'
import { dayOf, type Clock } from '../clock/clock.ts'
import { requireOperator } from '../identity/rights.ts'
import { listEngineIncidents, noteEngineRetry, type RetryTarget } from './engine-incidents.ts'
import { LIST_LIMIT } from './incident-row.ts'
import { addOperatorNote } from './operator-notes.ts'
import { listRefusedEffects, requireRefused, resendEffect } from './refused-effects.ts'
import { listStuckCommands, retryCommand } from './stuck-commands.ts'

export type { RetryTarget } from './engine-incidents.ts'

export interface IncidentDeps {
  readonly db: Knex
  readonly clock: Clock
  /** key of `queryCodeOf` */
  readonly queryKey: Buffer
}

export interface IncidentKey {
  readonly personId: string
  readonly incidentId: string
}

export function createIncidents({ db, clock, queryKey }: IncidentDeps) {
  /** Open ones by default, oldest first; the resolved ones last first. @throws NOT_YOUR_POST */
  async function list(
    personId: string,
    { resolved = false }: { readonly resolved?: boolean } = {},
  ): Promise<IncidentRow[]> {
    const at = clock.now()
    await requireOperator(db, personId, dayOf(at))
    const rows = [
      ...(await listEngineIncidents(db, { resolved })),
      ...(await listStuckCommands(db, { resolved, at })),
      ...(await listRefusedEffects(db, { resolved })),
    ]
    const key = (row: IncidentRow) => (resolved ? (row.resolvedAt ?? '') : row.openedAt)
    rows.sort((a, b) => key(a).localeCompare(key(b)) * (resolved ? -1 : 1))
    return rows.slice(0, LIST_LIMIT)
  }

  /**
   * Lets it be tried again.
   * @returns what the engine must be asked for; undefined when our own messengers go on by themselves
   * @throws NOT_YOUR_POST, INCIDENT_NOT_FOUND, ACT_NOT_ALLOWED when it is resolved or cannot be retried
   */
  async function prepareRetry(key: IncidentKey, note: string): Promise<RetryTarget | undefined> {
    const { personId, incidentId } = key
    return operate(personId, async (trx, at) => {
      const own = ownId(incidentId)
      if (own === undefined) return noteEngineRetry(trx, { incidentId, personId, note, at })
      if (own.of === 'command') await retryCommand(trx, own.id, at)
      else await resendEffect(trx, { id: own.id, at, queryKey })
      await addOperatorNote(trx, { subject: incidentId, act: 'retry', note, personId, at })
      return undefined
    })
  }

  /** Takes a refused message off the list. @throws as `prepareRetry` */
  async function markSeen({ personId, incidentId }: IncidentKey, note: string): Promise<void> {
    await operate(personId, async (trx, at) => {
      const own = ownId(incidentId)
      if (own?.of !== 'effect') throw problem('ACT_NOT_ALLOWED', { allowed: ['retry'] })
      await requireRefused(trx, own.id)
      await addOperatorNote(trx, { subject: incidentId, act: 'seen', note, personId, at })
    })
  }

  async function operate<T>(
    personId: string,
    act: (trx: Knex.Transaction, at: Date) => Promise<T>,
  ): Promise<T> {
    const at = clock.now()
    return db.transaction(async (trx) => {
      await requireOperator(trx, personId, dayOf(at))
      return act(trx, at)
    })
  }

  return { list, prepareRetry, markSeen }
}

export type Incidents = ReturnType<typeof createIncidents>

/** Ids of our own tables; every other one is the engine's. */
function ownId(incidentId: string): { of: 'command' | 'effect'; id: string } | undefined {
  const [, of, id] = /^(command|effect):(\d{1,18})$/.exec(incidentId) ?? []
  return id === undefined ? undefined : { of: of as 'command' | 'effect', id }
}
