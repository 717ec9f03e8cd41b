import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'

import {
  CaseNo,
  MaterialCode,
  OpenCorrections,
  SubmitCorrection,
  UploadReceipt,
} from '../../contracts/hall.ts'
import type { Database } from '../../core/database/database.ts'
import type { Corrections } from '../../core/cases/corrections.ts'
import type { Uploads } from '../../core/cases/uploads.ts'
import { idempotencyKey, IdempotencyHeaders } from '../plugins/idempotency-key.ts'
import { withSingleFile } from '../plugins/single-file.ts'
import { openCorrectionsOf } from './open-corrections.ts'
import type { StatusCache } from './status-cache.ts'
import { sendStatus } from './send-status.ts'

export interface CorrectionRoutesOptions {
  readonly db: Database
  readonly uploads: Uploads
  readonly corrections: Corrections
  readonly statusCache: StatusCache
}

const params = Type.Object({ caseNo: CaseNo })
const common = { tags: ['hall'], security: [{ caseToken: [] }] }

/** 补正 and 容缺补交: see what is asked, upload it, send it once. */
export const correctionRoutes: FastifyPluginAsyncTypebox<CorrectionRoutesOptions> = async (
  app,
  { db, uploads, corrections, statusCache },
) => {
  app.get(
    '/cases/:caseNo/corrections',
    {
      schema: {
        ...common,
        operationId: 'getOpenCorrections',
        summary: '要补什么 What the notice lists and what was uploaded for it',
        params,
        response: { 200: OpenCorrections },
      },
    },
    async (request) => openCorrectionsOf(db, request.params.caseNo),
  )

  app.post(
    '/cases/:caseNo/materials/:code',
    {
      schema: {
        ...common,
        operationId: 'uploadCaseMaterial',
        summary: '上传要补的材料 Upload one file the notice asks for (multipart/form-data)',
        consumes: ['multipart/form-data'],
        params: Type.Object({ caseNo: CaseNo, code: MaterialCode }),
        response: { 201: UploadReceipt },
      },
    },
    async (request, reply) => {
      const { caseNo, code } = request.params
      const receipt = await withSingleFile(request, reply, (file) =>
        uploads.toCase(caseNo, { materialCode: code, ...file }),
      )
      return reply.code(201).send(receipt)
    },
  )

  app.delete(
    '/cases/:caseNo/materials/:fileId',
    {
      schema: {
        ...common,
        operationId: 'removeCaseMaterial',
        summary: '删除还没提交的补交文件 Remove an upload that was not sent yet',
        params: Type.Object({ caseNo: CaseNo, fileId: Type.String({ format: 'uuid' }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await uploads.removeFromCase(request.params.caseNo, request.params.fileId)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/cases/:caseNo/corrections',
    {
      schema: {
        ...common,
        operationId: 'submitCorrection',
        summary: '提交补正 Send the correction once; answers the new status',
        params,
        headers: IdempotencyHeaders,
        body: SubmitCorrection,
        response: { 200: Type.Ref('StatusView') },
      },
    },
    async (request, reply) => {
      const { caseNo } = request.params
      const key = idempotencyKey(request)
      await corrections.submitCorrection(caseNo, request.body.form ?? {}, key)
      return sendStatus(reply, statusCache, caseNo)
    },
  )

  app.post(
    '/cases/:caseNo/tolerance-supply',
    {
      schema: {
        ...common,
        operationId: 'supplyTolerated',
        summary: '补交容缺材料 Supply the tolerated papers; answers the new status',
        params,
        headers: IdempotencyHeaders,
        response: { 200: Type.Ref('StatusView') },
      },
    },
    async (request, reply) => {
      const { caseNo } = request.params
      await corrections.supplyTolerated(caseNo, idempotencyKey(request))
      return sendStatus(reply, statusCache, caseNo)
    },
  )
}
