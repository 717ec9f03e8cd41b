/** Writes what a batch of engine events comes to, with few statements however many events it holds. */
import type { Knex } from 'knex'
import type { EngineEvent } from '../../contracts/engine-events.ts'
import type { FlowStep } from '../../contracts/item-package.ts'
import type { CalendarSource } from '../clock/calendar.ts'
import { foldEvents, timeOf, type BatchEffect } from './fold-events.ts'
import { closeTasks, insertTasks, refreshTasks } from './inbox-rows.ts'
import {
  closeIncidents,
  endPositions,
  insertIncidents,
  insertPositions,
  isMessageWait,
  migratePositions,
  replaceWaits,
  waitKind,
  type OfCase,
} from './position-rows.ts'
import { loadProjectedCases, lockCasesOf, type ProjectedCase } from './projected-cases.ts'

export interface AppliedBatch {
  /** cases whose place changed */
  readonly caseIds: readonly string[]
  /** cases that wait for a message since this batch */
  readonly waitingFor: readonly string[]
  /** events of instances that belong to no case: another tool drives the same engine */
  readonly skipped: number
}

export async function applyBatch(
  trx: Knex.Transaction,
  events: readonly EngineEvent[],
  calendar: CalendarSource,
): Promise<AppliedBatch> {
  const effect = foldEvents(events)
  const caseOf = await lockCasesOf(trx, [...new Set(events.map((e) => e.pi))], businessKeys(effect))
  const known = <E extends { readonly pi: string }>(map: ReadonlyMap<string, E>): OfCase<E>[] =>
    [...map.values()].flatMap((event) => {
      const caseId = caseOf.get(event.pi)
      return caseId === undefined ? [] : [{ event, caseId }]
    })
  const caseIds = [...new Set(caseOf.values())]
  const skipped = events.filter((e) => !caseOf.has(e.pi)).length
  if (caseIds.length === 0) return { caseIds, waitingFor: [], skipped }

  await insertPositions(trx, known(effect.started))
  await migratePositions(trx, known(effect.migrated))
  const cases = await casesWithRows(trx, effect, caseOf, calendar)
  const flowStepOf = (caseId: string, act: string | undefined): FlowStep | undefined =>
    cases.get(caseId)?.version.steps.find((s) => s.id === act)

  await insertTasks(
    trx,
    known(effect.tasksOpened).flatMap(({ event, caseId }) => {
      const of = cases.get(caseId)
      return of === undefined ? [] : [{ event, of }]
    }),
  )
  const waits = known(effect.waitsOpened).map((w) => ({
    ...w,
    flowStep: flowStepOf(w.caseId, w.event.act),
  }))
  await replaceWaits(trx, waits, [...effect.waitsClosed.keys()])
  const ended = known(effect.ended)
  await closeTasks(
    trx,
    effect.tasksClosed,
    new Map(ended.map(({ event, caseId }) => [caseId, timeOf(event)])),
  )
  await endPositions(trx, ended)
  const moved = rowsMoved(effect, caseOf)
  await refreshTasks(trx, new Map([...cases].filter(([id]) => moved.has(id))))
  await insertIncidents(
    trx,
    known(effect.incidentsOpened).map((i) => ({
      ...i,
      flowStep: flowStepOf(i.caseId, i.event.act),
    })),
  )
  await closeIncidents(trx, [...effect.incidentsClosed.values()])
  const stillOpen = waits.filter((w) => isMessageWait(w) && !effect.ended.has(w.event.pi))
  return { caseIds, waitingFor: [...new Set(stillOpen.map((w) => w.caseId))], skipped }
}

/** A child instance of a call activity has no business key and no case of its own. */
function businessKeys({ started }: BatchEffect): Map<string, string> {
  const keys = new Map<string, string>()
  for (const { pi, bk } of started.values()) if (bk !== undefined) keys.set(pi, bk)
  return keys
}

/** Cases whose inbox rows change or may have to follow the ledger. */
function rowsMoved(effect: BatchEffect, caseOf: ReadonlyMap<string, string>): Set<string> {
  const events = [
    ...effect.tasksOpened.values(),
    ...effect.tasksClosed.values(),
    ...effect.ended.values(),
  ]
  return new Set(events.flatMap((e) => caseOf.get(e.pi) ?? []))
}

/** Only what is needed is read: a token that passes from one worker to the next touches no inbox row. */
async function casesWithRows(
  trx: Knex.Transaction,
  effect: BatchEffect,
  caseOf: ReadonlyMap<string, string>,
  calendar: CalendarSource,
): Promise<Map<string, ProjectedCase>> {
  const ids = rowsMoved(effect, caseOf)
  // The flow's own words are needed for messages (which one) and incidents (which topic) only.
  const events = [
    ...[...effect.waitsOpened.values()].filter((e) => waitKind(e) === 'message'),
    ...effect.incidentsOpened.values(),
  ]
  for (const event of events) {
    const id = caseOf.get(event.pi)
    if (id !== undefined) ids.add(id)
  }
  return ids.size === 0 ? new Map() : loadProjectedCases(trx, [...ids], await calendar.get())
}
