import { setTimeout as sleep } from 'node:timers/promises'

import { problem } from '../../contracts/problems.ts'
import type { Database } from '../../core/database/database.ts'
import { getVersionByNumber, type VersionState } from '../../core/catalogue/item-versions.ts'

const PATIENCE_MS = 10_000
const LOOK_MS = 100

/**
 * The outbox deploys within a second while the engine is up; a designer should see the gate's words at once.
 * @returns `deploying` when the engine has not answered in ten seconds
 * @throws PACKAGE_REFUSED with the words of the engine's gate
 */
export async function waitForDeployment(
  db: Database,
  itemCode: string,
  version: number,
): Promise<VersionState> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const found = await getVersionByNumber(db, itemCode, version)
    if (found.state === 'refused') {
      const text = found.refusal ?? ''
      throw problem('PACKAGE_REFUSED', {
        fields: [{ field: 'flow.bpmn', code: 'ENGINE_GATE', zh: text, en: text }],
      })
    }
    if (found.state === 'published' || waited >= PATIENCE_MS) return found.state
    await sleep(LOOK_MS)
  }
}
