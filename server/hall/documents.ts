import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { CaseNo, DocumentList } from '../../contracts/hall.ts'
import type { Database } from '../../core/database/database.ts'
import { getCase } from '../../core/cases/case-events.ts'
import type { FileStore } from '../../core/cases/file-store.ts'
import { getDocumentFile, listDocuments } from '../../core/documents/documents.ts'
import type { Renderer } from '../../core/documents/render-document.ts'
import { sendFile } from '../plugins/send-file.ts'
import { toDocumentView } from './document-view.ts'

export interface DocumentRoutesOptions {
  readonly db: Database
  readonly fileStore: FileStore
  readonly renderer: Renderer
}

const common = { tags: ['hall'], security: [{ caseToken: [] }] }

/** 文书: the papers of the case, as PDF. */
export const documentRoutes: FastifyPluginAsyncTypebox<DocumentRoutesOptions> = async (
  app,
  { db, fileStore, renderer },
) => {
  app.get(
    '/cases/:caseNo/documents',
    {
      schema: {
        ...common,
        operationId: 'listCaseDocuments',
        summary: '文书清单 Papers issued in the case',
        params: Type.Object({ caseNo: CaseNo }),
        response: { 200: DocumentList },
      },
    },
    async (request) => {
      const { id } = await getCase(db, { caseNo: request.params.caseNo })
      return { documents: (await listDocuments(db, id)).map(toDocumentView) }
    },
  )

  app.get(
    '/cases/:caseNo/documents/:id/file',
    {
      schema: {
        ...common,
        operationId: 'downloadCaseDocument',
        summary: '下载文书 The paper as PDF',
        produces: ['application/pdf'],
        params: Type.Object({ caseNo: CaseNo, id: Type.String({ format: 'uuid' }) }),
        response: {
          200: {
            content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } },
          },
        },
      },
    },
    async (request, reply) => {
      const { caseNo, id } = request.params
      const { id: caseId } = await getCase(db, { caseNo })
      const file = await getDocumentFile(db, renderer, { caseId, documentId: id })
      return sendFile(reply, {
        content: fileStore.read(file.storageKey),
        mediaType: 'application/pdf',
        fileName: `${caseNo}-${file.kind}.pdf`,
        sizeBytes: file.sizeBytes,
        sha256: file.sha256,
      })
    },
  )
}
