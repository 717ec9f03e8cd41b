/**
 * Own types of camunda-external-task-client-js 3.1.0 (it ships none; @types is for the 1.x API): what we use, `unknown`
 * instead of `any`, and a worker id that cannot be forgotten (its default is one literal shared by all processes).
 */
declare module 'camunda-external-task-client-js' {
  import type { EventEmitter } from 'node:events'

  export interface ExternalTask {
    readonly id: string
    readonly topicName: string
    readonly processInstanceId: string
    readonly businessKey?: string | null
    /** null before the first failure */
    readonly retries: number | null
    readonly variables: Variables
    readonly extensionProperties?: Readonly<Record<string, string>> | null
  }

  export class Variables {
    getAll(): Record<string, unknown>
  }

  export interface FailureOptions {
    readonly errorMessage: string
    readonly retries: number
    readonly retryTimeout: number
  }

  export interface TaskService {
    handleFailure(task: ExternalTask, options: FailureOptions): Promise<void>
    handleBpmnError(task: ExternalTask, code: string, message: string): Promise<void>
    extendLock(task: ExternalTask, newDurationMs: number): Promise<void>
    unlock(task: ExternalTask): Promise<void>
  }

  export interface HandlerArgs {
    readonly task: ExternalTask
    readonly taskService: TaskService
  }

  /** `got` options of one request before it is sent; `json.topics` is there on fetchAndLock only. */
  export type RequestConfig = Readonly<Record<string, unknown>> & {
    readonly json?: Readonly<Record<string, unknown>>
  }

  export interface ClientOptions {
    readonly baseUrl: string
    readonly workerId: string
    readonly autoPoll: false
    readonly maxTasks: number
    readonly maxParallelExecutions: number
    readonly interval: number
    readonly lockDuration: number
    readonly asyncResponseTimeout: number
    readonly usePriority: boolean
    readonly interceptors: (config: RequestConfig) => RequestConfig
  }

  export interface SubscribeOptions {
    readonly lockDuration: number
    readonly variables: readonly string[]
    readonly includeExtensionProperties: true
  }

  export class Client extends EventEmitter {
    constructor(options: ClientOptions)
    subscribe(
      topic: string,
      options: SubscribeOptions,
      handler: (args: HandlerArgs) => Promise<void>,
    ): unknown
    start(): void
    stop(): void
  }
}
