import type { Static } from 'typebox'
import type { Knex } from 'knex'
import { Topics, type DocumentKind } from '../../contracts/topics.ts'
import { appendCaseEvent, lockCase, recordActOnce } from '../../core/cases/case-events.ts'
import type { Clock } from '../../core/clock/clock.ts'
import { orderDocument } from '../../core/documents/order-document.ts'
import type { Renderer } from '../../core/documents/render-document.ts'
import { topic } from '../topic.ts'

/**
 * Orders the paper (its words and number are frozen), renders it once, and files it. Two transactions, because the PDF
 * must lie in the store before the file may point to it.
 */
export function renderDocument({
  db,
  clock,
  renderer,
}: {
  db: Knex
  clock: Clock
  renderer: Pick<Renderer, 'ensureRendered'>
}) {
  return topic({
    contract: Topics.renderDocument,
    async run({ caseNo, taskKey, properties }) {
      const kind = properties['document'] as Static<typeof DocumentKind>
      const documentId = await db.transaction(async (trx) => {
        const row = await lockCase(trx, { caseNo })
        const order = { caseId: row.id, kind, cause: taskKey, at: clock.now() }
        return (await orderDocument(trx, order)).documentId
      })
      const paper = await renderer.ensureRendered(db, documentId)
      await db.transaction(async (trx) => {
        const row = await lockCase(trx, { caseNo })
        const at = clock.now()
        if (!(await recordActOnce(trx, row.id, `document-issued:${taskKey}`, at))) return
        await appendCaseEvent(trx, row, {
          type: 'document-issued',
          at,
          actor: { kind: 'system', id: Topics.renderDocument.topic },
          payload: { documentId, kind, docNo: paper.docNo, sha256: paper.sha256 },
        })
      })
      return {}
    },
  })
}
