import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import { DeskCase, Timeline } from '../../contracts/desk.ts'
import { CaseNo } from '../../contracts/hall.ts'
import { problem } from '../../contracts/problems.ts'
import type { Database } from '../../core/database/database.ts'
import { listCaseEvents } from '../../core/cases/case-events.ts'
import type { FileStore } from '../../core/cases/file-store.ts'
import { listCaseFiles } from '../../core/cases/material-files.ts'
import type { CalendarSource } from '../../core/clock/calendar.ts'
import { getDocumentFile } from '../../core/documents/documents.ts'
import type { Renderer } from '../../core/documents/render-document.ts'
import { sendFile } from '../plugins/send-file.ts'
import type { CaseReader } from './case-reader.ts'
import { deskCaseOf, timelineOf } from './desk-case.ts'

export interface ReadCaseOptions {
  readonly db: Database
  readonly calendar: CalendarSource
  readonly fileStore: FileStore
  readonly renderer: Renderer
  readonly caseReader: CaseReader
}

const common = { tags: ['desk'], security: [{ staffSession: [] }] }
const params = Type.Object({ caseNo: CaseNo })
const Uuid = Type.String({ format: 'uuid' })
const binary = { schema: { type: 'string', format: 'binary' } }

/** 卷宗: reading a case, every time with a trace in the audit table. */
export const readCaseRoutes: FastifyPluginAsyncTypebox<ReadCaseOptions> = async (
  app,
  { db, calendar, fileStore, renderer, caseReader },
) => {
  app.get(
    '/cases/:caseNo',
    {
      schema: {
        ...common,
        operationId: 'getDeskCase',
        summary: '卷宗 The case file: form, files, rules, tasks, dates (audited)',
        params,
        response: { 200: DeskCase },
      },
    },
    async (request) => {
      const { row, reader } = await caseReader(request, request.params.caseNo, 'case.read')
      return deskCaseOf(db, calendar, row, reader)
    },
  )

  app.get(
    '/cases/:caseNo/timeline',
    {
      schema: {
        ...common,
        operationId: 'getCaseTimeline',
        summary: '办理过程 Every event of the case (audited)',
        params,
        response: { 200: Timeline },
      },
    },
    async (request) => {
      const { row } = await caseReader(request, request.params.caseNo, 'case.timeline')
      return { events: await timelineOf(db, await listCaseEvents(db, row.id)) }
    },
  )

  app.get(
    '/cases/:caseNo/files/:fileId',
    {
      schema: {
        ...common,
        operationId: 'downloadCaseFile',
        summary: '查看材料 An uploaded paper (audited)',
        params: Type.Object({ caseNo: CaseNo, fileId: Uuid }),
        response: {
          200: {
            content: { 'application/pdf': binary, 'image/jpeg': binary, 'image/png': binary },
          },
        },
      },
    },
    async (request, reply) => {
      const { caseNo, fileId } = request.params
      const { row } = await caseReader(request, caseNo, 'file.read', { fileId })
      const file = (await listCaseFiles(db, row.id)).find((f) => f.id === fileId)
      if (file === undefined) throw problem('FILE_NOT_FOUND')
      return sendFile(reply, { ...file, content: fileStore.read(file.storageKey) })
    },
  )

  app.get(
    '/cases/:caseNo/documents/:id/file',
    {
      schema: {
        ...common,
        operationId: 'downloadDeskDocument',
        summary: '下载文书 An issued paper as PDF (audited)',
        params: Type.Object({ caseNo: CaseNo, id: Uuid }),
        response: { 200: { content: { 'application/pdf': binary } } },
      },
    },
    async (request, reply) => {
      const { caseNo, id } = request.params
      const { row } = await caseReader(request, caseNo, 'document.read', { documentId: id })
      const file = await getDocumentFile(db, renderer, { caseId: row.id, documentId: id })
      return sendFile(reply, {
        ...file,
        content: fileStore.read(file.storageKey),
        mediaType: 'application/pdf',
        fileName: `${caseNo}-${file.kind}.pdf`,
      })
    },
  )
}
