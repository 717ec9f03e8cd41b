import type { Static } from 'typebox'
import { Topics, type DocumentKind } from '../../contracts/topics.ts'
import { issueDocument, type IssueDeps } from '../../core/documents/issue-document.ts'
import { topic } from '../topic.ts'

/** Issues the paper the flow asks for: its words are frozen, its PDF made and filed, once. */
export function renderDocument(deps: IssueDeps) {
  return topic({
    contract: Topics.renderDocument,
    async run({ caseNo, taskKey, properties }) {
      const kind = properties['document'] as Static<typeof DocumentKind>
      await issueDocument(deps, { caseNo, kind, cause: taskKey })
      return {}
    },
  })
}
