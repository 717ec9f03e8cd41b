/**
 * The only TypeScript client of the engine's REST API (architecture.md). It carries keys and choices; what a repeat does
 * is said with each call, because a lost answer is repeated by the outbox.
 */
import { FormData } from 'undici'
import type { EngineVariables, MessageName } from '../../contracts/variables.ts'
import { bulkDoor } from './bulk-door.ts'
import { readAnswer, type EngineResult, type RawAnswer } from './engine-answer.ts'
import { EngineFault } from './engine-fault.ts'
import { createEngineHttp, type EngineHttpOptions } from './engine-http.ts'

export interface DeploymentFile {
  readonly path: string
  readonly content: Buffer
}

export interface Correlation {
  readonly processInstanceId: string
  readonly message: MessageName
  readonly variables: EngineVariables
}

/** What the outbox sends most, gathered to a request; the host's BulkCommand. */
type BulkCommand =
  | {
      readonly kind: 'start'
      readonly definitionId: string
      readonly businessKey: string
      readonly variables: EngineVariables
    }
  | { readonly kind: 'complete'; readonly taskId: string; readonly variables: EngineVariables }
  | ({ readonly kind: 'correlate' } & Correlation)

export type EngineGateway = ReturnType<typeof createEngineGateway>

export function createEngineGateway(options: EngineHttpOptions) {
  const http = createEngineHttp(options)
  const askInBulk = bulkDoor<BulkCommand>({
    http,
    path: '/bulk/command',
    envelope: (commands) => ({ commands }),
  })

  async function command(wanted: BulkCommand): Promise<EngineResult<unknown>> {
    return readAnswer(wanted.kind, await askInBulk(wanted))
  }

  async function ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<EngineResult<unknown>> {
    return readAnswer(`${method} ${withoutIds(path)}`, await http.send(method, path, body))
  }

  async function act(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<EngineResult> {
    return done(await ask(method, path, body))
  }

  /**
   * Deploys the files of one item version under a name of its own. The same name with the same content again gives the
   * same definition (duplicate filtering), so a lost answer is harmless. Refused: the gate's words, one problem a line.
   */
  async function deploy(input: {
    readonly name: string
    readonly files: readonly DeploymentFile[]
  }): Promise<EngineResult<{ definitionId: string }>> {
    const form = new FormData()
    form.set('deployment-name', input.name)
    form.set('deployment-source', 'yichuang')
    form.set('enable-duplicate-filtering', 'true')
    form.set('deploy-changed-only', 'false')
    for (const { path, content } of input.files) {
      form.set(path, new File([new Uint8Array(content)], path), path)
    }
    const answer: RawAnswer = await http.send('POST', '/deployment/create', form)
    const result = readAnswer('POST /deployment/create', answer)
    if (result.kind !== 'ok') return result
    const created = result.value as {
      id?: string
      deployedProcessDefinitions?: Record<string, unknown> | null
    }
    const ids = Object.keys(created.deployedProcessDefinitions ?? {})
    // A filtered duplicate names its deployment but not its definitions.
    const known = ids.length > 0 ? ids : await definitionsOf(created.id ?? '')
    const [definitionId] = known
    if (definitionId === undefined || known.length > 1) {
      return {
        kind: 'refused',
        status: 400,
        type: 'NotOneProcess',
        message: `a package needs exactly one executable process, this one has ${known.length}`,
      }
    }
    return { kind: 'ok', value: { definitionId } }
  }

  async function definitionsOf(deploymentId: string): Promise<string[]> {
    const result = await ask(
      'GET',
      `/process-definition?deploymentId=${pathPart(deploymentId)}&maxResults=10`,
    )
    if (result.kind !== 'ok') throw new EngineFault(`GET /process-definition: ${result.kind}`)
    return (result.value as { id: string }[]).map((definition) => definition.id)
  }

  return {
    deploy,

    /** A repeat with the same business key is `duplicate`: the host refuses it in the engine's own transaction. */
    async start(input: {
      readonly definitionId: string
      readonly businessKey: string
      readonly variables: EngineVariables
    }): Promise<EngineResult<{ processInstanceId: string }>> {
      const { definitionId, businessKey, variables } = input
      const result = await command({ kind: 'start', definitionId, businessKey, variables })
      if (result.kind !== 'ok') return result
      const { id } = (result.value ?? {}) as { id?: unknown }
      if (typeof id !== 'string') throw new EngineFault('start answered no instance')
      return { kind: 'ok', value: { processInstanceId: id } }
    },

    /** Completes a user task; a repeat is `gone`. */
    async complete(taskId: string, variables: EngineVariables): Promise<EngineResult> {
      const result = done(await command({ kind: 'complete', taskId, variables }))
      // The engine reports an unknown task as a null value instead of something not found.
      return result.kind === 'refused' && /cannot find task|task is null/i.test(result.message)
        ? { kind: 'gone' }
        : result
    },

    /** Hands a message to the instance that waits for it; `gone` when no token waits for it (any more). */
    async correlate({ processInstanceId, message, variables }: Correlation): Promise<EngineResult> {
      const result = done(
        await command({ kind: 'correlate', processInstanceId, message, variables }),
      )
      return result.kind === 'refused' && /cannot correlate/i.test(result.message)
        ? { kind: 'gone' }
        : result
    },

    /** Is this very wait still open in the engine? Asked before a repeated correlate, which may meet a later wait. */
    async isWaiting(input: {
      readonly processInstanceId: string
      readonly activityInstanceId: string
    }): Promise<boolean> {
      const path = `/process-instance/${pathPart(input.processInstanceId)}/activity-instances`
      const result = await ask('GET', path)
      if (result.kind === 'ok') return holds(result.value, input.activityInstanceId)
      if (result.kind === 'gone' || isUnknownInstance(result)) return false
      throw new EngineFault(`GET activity-instances: ${result.kind}`)
    },

    /** Ends the instance of a business key without a trace of completion; a repeat is `gone`. */
    async cancel(businessKey: string): Promise<EngineResult> {
      const found = await ask('GET', `/process-instance?businessKey=${pathPart(businessKey)}`)
      if (found.kind !== 'ok') return done(found)
      const [instance] = found.value as { id: string }[]
      if (instance === undefined) return { kind: 'gone' }
      return act('DELETE', `/process-instance/${pathPart(instance.id)}?skipIoMappings=true`)
    },

    /** Gives a failed external task another `retries` tries: the way out of an incident. */
    async setExternalTaskRetries(externalTaskId: string, retries: number): Promise<EngineResult> {
      return act('PUT', `/external-task/${pathPart(externalTaskId)}/retries`, { retries })
    },

    async setJobRetries(jobId: string, retries: number): Promise<EngineResult> {
      return act('PUT', `/job/${pathPart(jobId)}/retries`, { retries })
    },

    /** @throws EngineFault when the engine is away or the token is wrong: the readiness check */
    async version(): Promise<string> {
      const result = await ask('GET', '/version')
      const version = result.kind === 'ok' ? (result.value as { version?: unknown }).version : ''
      if (typeof version !== 'string') throw new EngineFault('GET /version: no version')
      return version
    },

    close: () => http.close(),
  }
}

function done(result: EngineResult<unknown>): EngineResult {
  return result.kind === 'ok' ? { kind: 'ok', value: undefined } : result
}

/** Ids and keys come from our own tables, yet nothing of them may bend the path (the host refuses `%` as well). */
function pathPart(id: string): string {
  if (!/^[A-Za-z0-9_:.-]{1,128}$/.test(id)) throw new EngineFault('an id has forbidden characters')
  return id
}

/** A log or an error names the call, not the case. */
function withoutIds(path: string): string {
  return path.replace(/\?.*$/, '').replace(/\/[^/]*[0-9:][^/]*/g, '/{id}')
}

interface ActivityInstance {
  readonly id?: unknown
  readonly childActivityInstances?: readonly ActivityInstance[]
}

function holds(tree: unknown, activityInstanceId: string): boolean {
  if (typeof tree !== 'object' || tree === null) return false
  const { id, childActivityInstances = [] } = tree as ActivityInstance
  return (
    id === activityInstanceId ||
    childActivityInstances.some((child) => holds(child, activityInstanceId))
  )
}

function isUnknownInstance(result: EngineResult<unknown>): boolean {
  return result.kind === 'refused' && /does not exist|not found|is null/i.test(result.message)
}
