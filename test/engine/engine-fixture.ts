import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEngineGateway, type EngineGateway } from '../../engine/gateway/gateway.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startEngineHost, type EngineHost } from '../support/engine-host.ts'

export interface EngineBench {
  readonly database: TestDatabase
  readonly host: EngineHost
  readonly gateway: EngineGateway
  close(): Promise<void>
}

/** A database of its own, the real engine on it, and our gateway to it. */
export async function startEngineBench(): Promise<EngineBench> {
  const database = await createTestDatabase()
  const host = await startEngineHost({ engineUrl: database.engineUrl })
  const gateway = createEngineGateway({ baseUrl: host.url, token: host.apiToken })
  return {
    database,
    host,
    gateway,
    async close() {
      await gateway.close()
      await host.stop()
      await database.close()
    },
  }
}

export function diagram(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, 'fixtures', `${name}.bpmn`))
}

/** Deploys a fixture and gives its definition id; throws when the gate refuses it. */
export async function deployed(gateway: EngineGateway, name: string): Promise<string> {
  const result = await gateway.deploy({
    name,
    files: [{ path: 'flow.bpmn', content: diagram(name) }],
  })
  if (result.kind !== 'ok') throw new Error(`${name}: ${JSON.stringify(result)}`)
  return result.value.definitionId
}

/** Rows of the engine's own tables, for what its REST API (rightly) does not show. */
export async function engineTasks(
  database: TestDatabase,
  processInstanceId: string,
): Promise<string[]> {
  const { rows } = await database.ownerDb.raw<{ rows: { id_: string }[] }>(
    'select t.id_ from engine.act_ru_task t where t.proc_inst_id_ = ?',
    [processInstanceId],
  )
  return rows.map((row) => row.id_)
}
