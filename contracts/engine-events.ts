/**
 * What the engine host writes into engine.engine_event, in the engine's own transaction (engine/host/README.md).
 * One row holds the events of one process instance in one engine transaction, in order. Times are epoch milliseconds.
 */
interface Common {
  readonly pi: string
  readonly seq?: number
}

export interface InstanceEvent extends Common {
  readonly k: 'instance.start' | 'instance.end' | 'instance.migrate'
  readonly bk?: string
  readonly key?: string
  readonly pd?: string
  readonly version?: number
  readonly superPi?: string
  readonly rootPi?: string
  readonly state?: string
  readonly reason?: string
  readonly at?: number
  readonly endAct?: string
}

export interface TaskEvent extends Common {
  readonly k: 'task.create' | 'task.update' | 'task.complete' | 'task.delete' | 'task.migrate'
  readonly task: string
  readonly act?: string
  readonly name?: string
  readonly assignee?: string
  readonly due?: number
  readonly at?: number
  readonly reason?: string
  readonly ai?: string
}

export interface WaitEvent extends Common {
  readonly k: 'wait.start' | 'wait.end' | 'wait.migrate'
  readonly act: string
  readonly name?: string
  readonly type: string
  readonly ai: string
  readonly ex?: string
  readonly called?: string
  readonly canceled?: boolean
  readonly at?: number
}

export interface IncidentEvent extends Common {
  readonly k: 'incident.create' | 'incident.resolve' | 'incident.delete'
  readonly incident: string
  readonly type?: string
  readonly act?: string
  readonly configuration?: string
  readonly message?: string
  readonly at?: number
}

export interface ExternalFailEvent extends Common {
  readonly k: 'external.fail'
  readonly ext: string
  readonly topic?: string
  readonly act?: string
  readonly worker?: string
  readonly retries?: number
  readonly error?: string
}

export type EngineEvent = InstanceEvent | TaskEvent | WaitEvent | IncidentEvent | ExternalFailEvent
