/** What a batch of engine events comes to, case by case; pure. A wait that begins and ends inside it leaves nothing. */
import type {
  EngineEvent,
  IncidentEvent,
  InstanceEvent,
  TaskEvent,
  WaitEvent,
} from '../../contracts/engine-events.ts'

export interface BatchEffect {
  /** process instance id -> its start, end or migration */
  readonly started: Map<string, InstanceEvent>
  readonly ended: Map<string, InstanceEvent>
  readonly migrated: Map<string, InstanceEvent>
  /** task id -> event */
  readonly tasksOpened: Map<string, TaskEvent>
  readonly tasksClosed: Map<string, TaskEvent>
  /** activity instance id -> event */
  readonly waitsOpened: Map<string, WaitEvent>
  readonly waitsClosed: Map<string, WaitEvent>
  /** incident id -> event */
  readonly incidentsOpened: Map<string, IncidentEvent>
  readonly incidentsClosed: Map<string, IncidentEvent>
}

export function foldEvents(events: Iterable<EngineEvent>): BatchEffect {
  const effect: BatchEffect = {
    started: new Map(),
    ended: new Map(),
    migrated: new Map(),
    tasksOpened: new Map(),
    tasksClosed: new Map(),
    waitsOpened: new Map(),
    waitsClosed: new Map(),
    incidentsOpened: new Map(),
    incidentsClosed: new Map(),
  }
  for (const event of events) apply(effect, event)
  return effect
}

function apply(effect: BatchEffect, event: EngineEvent): void {
  switch (event.k) {
    case 'instance.start':
      effect.started.set(event.pi, event)
      return
    case 'instance.end':
      effect.ended.set(event.pi, event)
      return
    case 'instance.migrate':
      effect.migrated.set(event.pi, event)
      return
    case 'task.create':
      effect.tasksOpened.set(event.task, event)
      return
    case 'task.complete':
    case 'task.delete':
      // Completing a task also deletes it; the first of the two events is the end.
      if (!effect.tasksClosed.has(event.task)) effect.tasksClosed.set(event.task, event)
      return
    case 'wait.start':
      effect.waitsOpened.set(event.ai, event)
      return
    case 'wait.end':
      if (!effect.waitsOpened.delete(event.ai)) effect.waitsClosed.set(event.ai, event)
      return
    case 'incident.create':
      effect.incidentsOpened.set(event.incident, event)
      return
    case 'incident.resolve':
    case 'incident.delete':
      effect.incidentsClosed.set(event.incident, event)
      return
    // Claims, due dates and names of tasks are the office's, retries are the worker's business; a migrated wait keeps
    // its id.
    case 'task.update':
    case 'task.migrate':
    case 'wait.migrate':
    case 'external.fail':
      return
  }
}

export function timeOf(event: { readonly at?: number }): Date {
  if (event.at === undefined) throw new Error('an engine event without a time')
  return new Date(event.at)
}
